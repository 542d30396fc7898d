-- Which history of which database this is (DESIGN §4): a cursor is good in the one it was cut from, and in one that
-- left it later.

-- The cluster, the database in it and this table in that. A logical restore changes at least one of them, also one into
-- the database it came from; a base backup, a standby and a promotion keep all three. Asked for with every window: in
-- PL/pgSQL the plan is made once a session.
CREATE FUNCTION database_identity() RETURNS TEXT AS $$
BEGIN
    RETURN (SELECT concat_ws('.', s.system_identifier, d.oid, 'sync_timelines'::regclass::oid)
        FROM pg_control_system() s, pg_database d WHERE d.datname = current_database());
END;
$$ LANGUAGE plpgsql STABLE;

-- The timeline that is written on: the control file's lags behind a promotion until its checkpoint. A standby writes
-- none, and is on the newest that it has heard of.
CREATE FUNCTION current_timeline() RETURNS INTEGER AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN (SELECT max(t.timeline_id) FROM sync_timelines t WHERE t.system_identifier = database_identity());
    END IF;
    RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int;
END;
$$ LANGUAGE plpgsql STABLE;

-- Where a timeline left its parent: the last line of its history file. NULL when nobody may read it, or it is gone.
-- With the rights of the schema's owner, who has to be a superuser or to be granted pg_read_file.
CREATE FUNCTION timeline_start(p_timeline INTEGER) RETURNS pg_lsn AS $$
DECLARE
    v_history TEXT;
BEGIN
    IF p_timeline = 1 THEN
        RETURN '0/0';
    END IF;
    v_history := pg_read_file('pg_wal/' || upper(lpad(to_hex(p_timeline), 8, '0')) || '.history', 0, 1000000, true);
    RETURN (SELECT (regexp_match(line, '^\d+\s+([0-9A-F]+/[0-9A-F]+)'))[1]::pg_lsn
        FROM regexp_split_to_table(v_history, '\n') WITH ORDINALITY AS lines(line, number)
        WHERE line ~ '^\d+\s' ORDER BY number DESC LIMIT 1);
EXCEPTION WHEN insufficient_privilege OR undefined_file THEN
    RETURN NULL;
END;
$$ LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

-- After a logical restore the rows carry transactions of another cluster, which mean nothing here and may mislead.
-- Every row is stamped anew; of the tombstones nobody can ask for, because every cursor is of the other database.
-- The triggers would keep the old stamps, and write a trail of it.
CREATE FUNCTION stamp_all_rows() RETURNS VOID AS $$
DECLARE
    v_table TEXT;
BEGIN
    PERFORM require_right('tombstones', 'DELETE');
    FOREACH v_table IN ARRAY ARRAY[
        'users', 'customers', 'jobs', 'job_assignments', 'materials', 'job_status_history', 'activity_logs'] LOOP
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', v_table);
        EXECUTE format('UPDATE %I SET change_xid = pg_current_xact_id()', v_table);
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', v_table);
    END LOOP;
    DELETE FROM tombstones;
END;
$$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp;

-- Notes the timeline that is written on, once, before any cursor is cut on it. Returns whether the database turned out
-- to be restored from a dump, and every row was stamped anew.
CREATE FUNCTION record_timeline() RETURNS BOOLEAN AS $$
DECLARE
    v_system TEXT := database_identity();
    v_timeline INTEGER := current_timeline();
    v_restored BOOLEAN;
BEGIN
    -- One at a time: all servers notice together.
    PERFORM pg_advisory_xact_lock(hashtext('khscrm.record_timeline'));
    IF EXISTS (SELECT FROM sync_timelines t WHERE t.system_identifier = v_system AND t.timeline_id = v_timeline) THEN
        RETURN false;
    END IF;
    v_restored := EXISTS (SELECT FROM sync_timelines t WHERE t.system_identifier <> v_system);
    IF v_restored THEN
        PERFORM stamp_all_rows();
        DELETE FROM sync_timelines;
    END IF;
    INSERT INTO sync_timelines (system_identifier, timeline_id, first_lsn)
    VALUES (v_system, v_timeline, timeline_start(v_timeline));
    RETURN v_restored;
END;
$$ LANGUAGE plpgsql;
