-- What a device is shown must be durable first (DESIGN §4, "Durable before shown"; ADR 17).

-- A place in the WAL behind everything written so far. The position for the next record stands behind the header of its page
-- (24 bytes, 40 on the first page of a segment), but flushing stops at the end of the page before: there, the place is the
-- start of the page.
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

-- Whether everything before a place survives a crash of this server, and no standby has to confirm it. A standby replays only
-- what its primary has flushed.
CREATE FUNCTION is_durable(p_place pg_lsn) RETURNS BOOLEAN AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN true;
    END IF;
    RETURN pg_current_wal_flush_lsn() >= p_place AND current_setting('synchronous_standby_names') = '';
END;
$$ LANGUAGE plpgsql VOLATILE;

-- Makes the COMMIT of this transaction the proof that everything before a place is durable, unless it is already. A transaction
-- that wrote no WAL would not be flushed at its commit, so it writes a message. Returns whether a message was needed.
CREATE FUNCTION prove_durable(p_place pg_lsn) RETURNS BOOLEAN AS $$
BEGIN
    IF is_durable(p_place) THEN
        RETURN false;
    END IF;
    IF current_setting('synchronous_commit') <> 'remote_apply' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    -- A cancelled wait for a standby is told by a warning only.
    PERFORM set_config('client_min_messages', 'warning', true);
    PERFORM pg_logical_emit_message(true, 'khscrm', '');
    RETURN true;
END;
$$ LANGUAGE plpgsql VOLATILE;
