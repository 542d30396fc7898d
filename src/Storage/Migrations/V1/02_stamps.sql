-- Every version of a synced row carries the transaction that wrote it (change_xid: deltas are cut by it) and a time
-- that ascends with the row's versions (updated_at: deltas are ordered by it). DESIGN §4.

-- Who acts when the row does not say: the transaction's khscrm.actor_id, else the built-in system user.
CREATE FUNCTION current_actor_id() RETURNS UUID AS $$
    SELECT coalesce(
        nullif(current_setting('khscrm.actor_id', true), '')::uuid, '00000000-0000-7000-8000-000000000001'::uuid);
$$ LANGUAGE sql STABLE;

-- Runs before update_updated_at_column when a statement sets updated_by_id, and tells it so by an impossible
-- change_xid: a statement that does not set updated_by_id must not be laid to the row's previous writer.
CREATE FUNCTION mark_actor_given() RETURNS TRIGGER AS $$
BEGIN
    NEW.change_xid := NULL;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION update_updated_at_column() RETURNS TRIGGER AS $$
DECLARE
    v_actor UUID := NEW.updated_by_id;
    v_actor_given BOOLEAN := NEW.change_xid IS NULL AND NEW.updated_by_id IS NOT NULL;
    v_last_login_at TIMESTAMP WITH TIME ZONE;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.change_xid := pg_current_xact_id();
        NEW.updated_by_id := coalesce(NEW.updated_by_id, current_actor_id());
        RETURN NEW;
    END IF;

    -- An update that changes nothing else changes neither stamp nor actor, so no device hears of it.
    NEW.updated_at := OLD.updated_at;
    NEW.change_xid := OLD.change_xid;
    NEW.updated_by_id := OLD.updated_by_id;
    -- Nor does a sign-in: it is no change of the user, and would cost every device a delta (ADR 12).
    IF TG_TABLE_NAME = 'users' THEN
        v_last_login_at := NEW.last_login_at;
        NEW.last_login_at := OLD.last_login_at;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            NEW.last_login_at := v_last_login_at;
            RETURN NEW;
        END IF;
        NEW.last_login_at := v_last_login_at;
    ELSIF NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;

    -- The clock may step back; the versions of a row never do.
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
    NEW.change_xid := pg_current_xact_id();
    NEW.updated_by_id := CASE WHEN v_actor_given THEN v_actor ELSE current_actor_id() END;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

-- The same for rows whose one time is when they were made.
CREATE FUNCTION stamp_change_xid() RETURNS TRIGGER AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.change_xid := OLD.change_xid;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    NEW.change_xid := pg_current_xact_id();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION stamp_assignment() RETURNS TRIGGER AS $$
DECLARE
    v_actor UUID := NEW.updated_by_id;
    v_actor_given BOOLEAN := NEW.change_xid IS NULL AND NEW.updated_by_id IS NOT NULL;
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.change_xid := pg_current_xact_id();
        NEW.updated_by_id := coalesce(NEW.updated_by_id, current_actor_id());
        RETURN NEW;
    END IF;

    NEW.change_xid := OLD.change_xid;
    NEW.updated_by_id := OLD.updated_by_id;
    IF NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
    END IF;

    NEW.change_xid := pg_current_xact_id();
    NEW.updated_by_id := CASE WHEN v_actor_given THEN v_actor ELSE current_actor_id() END;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

-- Columns that never change: a device could not be told of a row that takes another id or another parent.
CREATE FUNCTION refuse_change() RETURNS TRIGGER AS $$
BEGIN
    -- The table's name is an argument: TG_TABLE_NAME would be that of a partition.
    RAISE EXCEPTION '%.% cannot change', TG_ARGV[0], TG_ARGV[1]
        USING ERRCODE = 'check_violation', TABLE = TG_ARGV[0], COLUMN = TG_ARGV[1],
              CONSTRAINT = 'check_' || TG_ARGV[0] || '_' || TG_ARGV[1] || '_unchanged';
END;
$$ LANGUAGE plpgsql;

-- TRUNCATE fires no DELETE trigger: devices would keep the rows for ever.
CREATE FUNCTION refuse_truncate() RETURNS TRIGGER AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % would leave no tombstones; use DELETE', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', TABLE = TG_TABLE_NAME;
END;
$$ LANGUAGE plpgsql;

DO $do$
DECLARE
    v_table TEXT;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['users', 'customers', 'jobs', 'job_assignments', 'materials'] LOOP
        EXECUTE format(
            'CREATE TRIGGER mark_%1$s_actor BEFORE UPDATE OF updated_by_id ON %1$I
                 FOR EACH ROW EXECUTE FUNCTION mark_actor_given()', v_table);
    END LOOP;

    FOREACH v_table IN ARRAY ARRAY['users', 'customers', 'jobs', 'materials'] LOOP
        EXECUTE format(
            'CREATE TRIGGER update_%1$s_updated_at BEFORE INSERT OR UPDATE ON %1$I
                 FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()', v_table);
    END LOOP;

    CREATE TRIGGER stamp_job_assignments BEFORE INSERT OR UPDATE ON job_assignments
        FOR EACH ROW EXECUTE FUNCTION stamp_assignment();
    FOREACH v_table IN ARRAY ARRAY['job_status_history', 'activity_logs'] LOOP
        EXECUTE format(
            'CREATE TRIGGER stamp_%1$s BEFORE INSERT OR UPDATE ON %1$I
                 FOR EACH ROW EXECUTE FUNCTION stamp_change_xid()', v_table);
    END LOOP;

    FOREACH v_table IN ARRAY
        ARRAY['users', 'customers', 'jobs', 'job_assignments', 'materials', 'job_status_history', 'activity_logs'] LOOP
        EXECUTE format(
            'CREATE TRIGGER keep_%1$s_id BEFORE UPDATE ON %1$I FOR EACH ROW
                 WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION refuse_change(%1$L, ''id'')', v_table);
        EXECUTE format(
            'CREATE TRIGGER keep_%1$s_tombstones BEFORE TRUNCATE ON %1$I
                 FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()', v_table);
    END LOOP;

    FOREACH v_table IN ARRAY ARRAY['materials', 'job_assignments', 'job_status_history'] LOOP
        EXECUTE format(
            'CREATE TRIGGER keep_%1$s_job BEFORE UPDATE ON %1$I FOR EACH ROW
                 WHEN (OLD.job_id IS DISTINCT FROM NEW.job_id) EXECUTE FUNCTION refuse_change(%1$L, ''job_id'')', v_table);
    END LOOP;
    CREATE TRIGGER keep_job_assignments_user BEFORE UPDATE ON job_assignments FOR EACH ROW
        WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id) EXECUTE FUNCTION refuse_change('job_assignments', 'user_id');
END;
$do$;
