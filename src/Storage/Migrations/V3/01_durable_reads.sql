-- What a device is shown must be durable (DESIGN §4, "Durable before shown"; ADR 17).

-- A place in the WAL behind everything that is in it now. Flushing stops at the end of a page, and the position for the next
-- record stands behind the next page's header (24 bytes, 40 at the start of a segment): then the place is the page's start.
CREATE FUNCTION wal_place() RETURNS pg_lsn AS $$
DECLARE
    v_position CONSTANT pg_lsn := pg_current_wal_insert_lsn();
    v_offset CONSTANT numeric := v_position - '0/0'::pg_lsn;
BEGIN
    IF mod(v_offset, pg_size_bytes(current_setting('wal_segment_size'))) = 40 THEN
        RETURN v_position - 40;
    ELSIF mod(v_offset, current_setting('wal_block_size')::int) = 24 THEN
        RETURN v_position - 24;
    END IF;
    RETURN v_position;
END;
$$ LANGUAGE plpgsql VOLATILE;
