-- Other encodings cannot hold every character that a device may send, and SQL_ASCII holds bytes that are no text at all.
DO $do$
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database has the encoding %; KhsCrm needs UTF8', current_setting('server_encoding')
            USING HINT = 'CREATE DATABASE … ENCODING ''UTF8'' TEMPLATE template0';
    END IF;
END;
$do$;
