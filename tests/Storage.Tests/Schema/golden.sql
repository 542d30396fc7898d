CREATE FUNCTION public.audit_change(p_column text, p_old anyelement, p_new anyelement) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    SELECT CASE WHEN p_old IS DISTINCT FROM p_new
        THEN jsonb_build_object(p_column, jsonb_build_object('old', p_old, 'new', p_new)) ELSE '{}'::jsonb END;
$$;

CREATE FUNCTION public.audit_customers_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT 'customer', o.id, 'delete', current_actor_id(), NULL::uuid,
                    to_jsonb(o) - ARRAY['password_hash', 'change_xid']
                FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_customers_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id)
                SELECT 'customer', n.id, 'create', n.updated_by_id, NULL::uuid FROM new_rows n;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_customers_update() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT * FROM (
                    SELECT 'customer', n.id, 'update', n.updated_by_id, NULL::uuid, audit_change('name', o.name, n.name)
 || audit_change('phone', o.phone, n.phone)
 || audit_change('email', o.email, n.email)
 || audit_change('address', o.address, n.address)
 || audit_change('notes', o.notes, n.notes)
 || audit_change('is_archived', o.is_archived, n.is_archived)
 || audit_change('created_at', o.created_at, n.created_at) AS details
                    FROM new_rows n JOIN old_rows o ON o.id = n.id
                    OFFSET 0) c
                WHERE c.details <> '{}'::jsonb;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_job_assignments_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT 'job_assignment', o.id, 'delete', current_actor_id(), (SELECT j.id FROM jobs j WHERE j.id = o.job_id),
                    to_jsonb(o) - ARRAY['password_hash', 'change_xid']
                FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_job_assignments_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id)
                SELECT 'job_assignment', n.id, 'create', n.updated_by_id, n.job_id FROM new_rows n;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_job_assignments_update() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT * FROM (
                    SELECT 'job_assignment', n.id, 'update', n.updated_by_id, n.job_id, audit_change('assigned_at', o.assigned_at, n.assigned_at) AS details
                    FROM new_rows n JOIN old_rows o ON o.id = n.id
                    OFFSET 0) c
                WHERE c.details <> '{}'::jsonb;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_jobs_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT 'job', o.id, 'delete', current_actor_id(), NULL::uuid,
                    to_jsonb(o) - ARRAY['password_hash', 'change_xid']
                FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_jobs_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id)
                SELECT 'job', n.id, 'create', n.updated_by_id, n.id FROM new_rows n;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_jobs_update() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT * FROM (
                    SELECT 'job', n.id, 'update', n.updated_by_id, n.id, audit_change('title', o.title, n.title)
 || audit_change('description', o.description, n.description)
 || audit_change('customer_id', o.customer_id, n.customer_id)
 || audit_change('status', o.status, n.status)
 || audit_change('start_date', o.start_date, n.start_date)
 || audit_change('end_date', o.end_date, n.end_date)
 || audit_change('notes', o.notes, n.notes)
 || audit_change('created_by_id', o.created_by_id, n.created_by_id)
 || audit_change('created_at', o.created_at, n.created_at) AS details
                    FROM new_rows n JOIN old_rows o ON o.id = n.id
                    OFFSET 0) c
                WHERE c.details <> '{}'::jsonb;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_materials_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT 'material', o.id, 'delete', current_actor_id(), (SELECT j.id FROM jobs j WHERE j.id = o.job_id),
                    to_jsonb(o) - ARRAY['password_hash', 'change_xid']
                FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_materials_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id)
                SELECT 'material', n.id, 'create', n.updated_by_id, n.job_id FROM new_rows n;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_materials_update() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT * FROM (
                    SELECT 'material', n.id, 'update', n.updated_by_id, n.job_id, audit_change('item_name', o.item_name, n.item_name)
 || audit_change('quantity', o.quantity, n.quantity)
 || audit_change('unit', o.unit, n.unit)
 || audit_change('purchased', o.purchased, n.purchased)
 || audit_change('notes', o.notes, n.notes)
 || audit_change('added_by_id', o.added_by_id, n.added_by_id)
 || audit_change('purchased_by_id', o.purchased_by_id, n.purchased_by_id)
 || audit_change('purchased_at', o.purchased_at, n.purchased_at)
 || audit_change('is_deleted', o.is_deleted, n.is_deleted)
 || audit_change('created_at', o.created_at, n.created_at) AS details
                    FROM new_rows n JOIN old_rows o ON o.id = n.id
                    OFFSET 0) c
                WHERE c.details <> '{}'::jsonb;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_users_delete() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT 'user', o.id, 'delete', current_actor_id(), NULL::uuid,
                    to_jsonb(o) - ARRAY['password_hash', 'change_xid']
                FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_users_insert() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id)
                SELECT 'user', n.id, 'create', n.updated_by_id, NULL::uuid FROM new_rows n;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.audit_users_update() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    AS $$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT * FROM (
                    SELECT 'user', n.id, 'update', n.updated_by_id, NULL::uuid, audit_change('email', o.email, n.email)
 || audit_change('name', o.name, n.name)
 || audit_change('role', o.role, n.role)
 || audit_change('is_active', o.is_active, n.is_active)
 || audit_change('is_service', o.is_service, n.is_service)
 || audit_change('created_at', o.created_at, n.created_at)
 || CASE WHEN o.password_hash IS DISTINCT FROM n.password_hash
                THEN '{"password_hash": "changed"}'::jsonb ELSE '{}'::jsonb END AS details
                    FROM new_rows n JOIN old_rows o ON o.id = n.id
                    OFFSET 0) c
                WHERE c.details <> '{}'::jsonb;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.begin_history() RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_id UUID;
BEGIN
    PERFORM require_right('tombstones', 'DELETE');
    PERFORM pg_advisory_xact_lock(hashtext('khscrm.record_timeline'));
    -- The rows keep their stamps: the transaction ids are this cluster's own.
    DELETE FROM sync_timelines;
    INSERT INTO sync_histories DEFAULT VALUES RETURNING id INTO v_id;
    PERFORM record_timeline();
    RETURN v_id;
END;
$$;

CREATE FUNCTION public.bury_activity_logs() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT 'activity_log', o.id, o.job_id, NULL::uuid, NULL::uuid FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.bury_customers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT 'customer', o.id, NULL::uuid, o.id, NULL::uuid FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.bury_job_assignments() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT 'job_assignment', o.id, o.job_id, NULL::uuid, o.user_id FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.bury_job_customer() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id)
    VALUES ('job_customer', OLD.id, OLD.id, OLD.customer_id);
    RETURN NULL;
END;
$$;

CREATE FUNCTION public.bury_job_status_history() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT 'job_status_history', o.id, o.job_id, NULL::uuid, NULL::uuid FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.bury_jobs() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT 'job', o.id, o.id, o.customer_id, NULL::uuid FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.bury_materials() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT 'material', o.id, o.job_id, NULL::uuid, NULL::uuid FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.bury_sessions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO tombstones (entity_type, entity_id, user_id)
    SELECT DISTINCT 'session', o.family_id, o.user_id FROM old_rows o
    WHERE NOT EXISTS (SELECT FROM refresh_tokens r WHERE r.family_id = o.family_id);
    RETURN NULL;
END;
$$;

CREATE FUNCTION public.bury_users() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT 'user', o.id, NULL::uuid, NULL::uuid, o.id FROM old_rows o;
                RETURN NULL;
            END;
            $$;

CREATE FUNCTION public.check_job_status_transition() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT (OLD.status || '>' || NEW.status) = ANY (ARRAY[
        'NOT_STARTED>IN_PROGRESS', 'NOT_STARTED>WAITING_ON_MATERIALS', 'NOT_STARTED>ON_HOLD',
        'IN_PROGRESS>WAITING_ON_MATERIALS', 'IN_PROGRESS>ON_HOLD', 'IN_PROGRESS>COMPLETED',
        'WAITING_ON_MATERIALS>IN_PROGRESS', 'WAITING_ON_MATERIALS>ON_HOLD',
        'ON_HOLD>NOT_STARTED', 'ON_HOLD>IN_PROGRESS', 'ON_HOLD>WAITING_ON_MATERIALS',
        'COMPLETED>IN_PROGRESS']) THEN
        RAISE EXCEPTION 'a job cannot go from % to %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation', TABLE = 'jobs', COLUMN = 'status',
                  CONSTRAINT = 'check_job_status_transition';
    END IF;
    RETURN NEW;
END;
$$;

CREATE FUNCTION public.current_actor_id() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(
        nullif(current_setting('khscrm.actor_id', true), '')::uuid, '00000000-0000-7000-8000-000000000001'::uuid);
$$;

CREATE FUNCTION public.current_timeline() RETURNS integer
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN (SELECT max(t.timeline_id) FROM sync_timelines t WHERE t.system_identifier = database_identity());
    END IF;
    RETURN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int;
END;
$$;

CREATE FUNCTION public.database_identity() RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    RETURN (SELECT concat_ws('.', s.system_identifier, d.oid, 'sync_timelines'::regclass::oid,
            (SELECT left(replace(h.id::text, '-', ''), 16) FROM sync_histories h ORDER BY h.begun_at DESC, h.id LIMIT 1))
        FROM pg_control_system() s, pg_database d WHERE d.datname = current_database());
END;
$$;

CREATE FUNCTION public.drop_activity_log_partitions(p_before timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    v_name TEXT;
    v_dropped INTEGER := 0;
BEGIN
    PERFORM require_right('activity_logs', 'DELETE');
    PERFORM pg_advisory_xact_lock(hashtext('ensure_activity_log_partitions'));
    FOR v_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'activity_logs'::regclass AND c.relname ~ '^activity_logs_\d{4}_\d{2}$'
          AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') AT TIME ZONE 'UTC' <= p_before
    LOOP
        EXECUTE format('ALTER TABLE activity_logs DETACH PARTITION %I', v_name);
        EXECUTE format('DROP TABLE %I', v_name);
        v_dropped := v_dropped + 1;
    END LOOP;
    RETURN v_dropped;
END;
$_$;

CREATE FUNCTION public.end_sessions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM refresh_tokens WHERE user_id = NEW.id;
    RETURN NULL;
END;
$$;

CREATE FUNCTION public.ensure_activity_log_partitions(p_months_ahead integer DEFAULT 3) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    v_month DATE := date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date;
    v_name TEXT;
    v_from TIMESTAMP WITH TIME ZONE;
    v_to TIMESTAMP WITH TIME ZONE;
    v_made INTEGER := 0;
BEGIN
    PERFORM require_right('activity_logs', 'INSERT');
    -- One at a time: two servers may start together.
    PERFORM pg_advisory_xact_lock(hashtext('ensure_activity_log_partitions'));
    FOR i IN 0..p_months_ahead LOOP
        v_name := 'activity_logs_' || to_char(v_month, 'YYYY_MM');
        v_from := v_month::timestamp AT TIME ZONE 'UTC';
        v_to := (v_month + interval '1 month') AT TIME ZONE 'UTC';
        IF to_regclass(v_name) IS NULL THEN
            -- What another transaction is just writing into the default partition has to move over too.
            LOCK TABLE activity_logs_default IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('CREATE TABLE %I (LIKE activity_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
            EXECUTE format(
                'WITH moved AS (DELETE FROM activity_logs_default WHERE created_at >= %L AND created_at < %L RETURNING *)
                 INSERT INTO %I SELECT * FROM moved', v_from, v_to, v_name);
            EXECUTE format(
                'ALTER TABLE activity_logs ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_from, v_to);
            v_made := v_made + 1;
        END IF;
        v_month := v_month + interval '1 month';
    END LOOP;
    RETURN v_made;
END;
$$;

CREATE FUNCTION public.is_durable(p_place pg_lsn) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN true;
    END IF;
    RETURN pg_current_wal_flush_lsn() >= p_place AND current_setting('synchronous_standby_names') = '';
END;
$$;

CREATE FUNCTION public.log_activity(p_entity_type character varying, p_entity_id uuid, p_action character varying, p_user_id uuid, p_job_id uuid DEFAULT NULL::uuid, p_details jsonb DEFAULT NULL::jsonb) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_log_id UUID;
BEGIN
    INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
    VALUES (p_entity_type, p_entity_id, p_action, p_user_id, p_job_id, p_details)
    RETURNING id INTO v_log_id;

RETURN v_log_id;
END;
$$;

CREATE FUNCTION public.mark_actor_given() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.change_xid := NULL;
    RETURN NEW;
END;
$$;

CREATE FUNCTION public.mark_tombstones(p_age interval) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO tombstone_marks DEFAULT VALUES;
    DELETE FROM tombstone_marks m
    WHERE m.system_identifier <> database_identity()
        OR m.taken_at < (SELECT max(k.taken_at) FROM tombstone_marks k WHERE k.taken_at < now() - p_age);
    RETURN true;
END;
$$;

CREATE FUNCTION public.prove_durable(p_place pg_lsn) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION public.purge_tombstones(p_age interval, p_limit integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    v_visible xid8;
    v_purged INTEGER;
BEGIN
    SELECT m.oldest_xid INTO v_visible FROM tombstone_marks m
    WHERE m.taken_at < now() - p_age AND m.system_identifier = database_identity() ORDER BY m.taken_at DESC LIMIT 1;
    DELETE FROM tombstones WHERE id IN (
        SELECT t.id FROM tombstones t WHERE t.deleted_at < now() - p_age AND t.change_xid < v_visible
        ORDER BY t.deleted_at, t.id LIMIT p_limit);
    GET DIAGNOSTICS v_purged = ROW_COUNT;
    RETURN v_purged;
END;
$$;

CREATE FUNCTION public.record_timeline() RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- The table's name is an argument: TG_TABLE_NAME would be that of a partition.
    RAISE EXCEPTION '%.% cannot change', TG_ARGV[0], TG_ARGV[1]
        USING ERRCODE = 'check_violation', TABLE = TG_ARGV[0], COLUMN = TG_ARGV[1],
              CONSTRAINT = 'check_' || TG_ARGV[0] || '_' || TG_ARGV[1] || '_unchanged';
END;
$$;

CREATE FUNCTION public.refuse_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % would leave no tombstones; use DELETE', TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported', TABLE = TG_TABLE_NAME;
END;
$$;

CREATE FUNCTION public.require_right(p_table text, p_right text) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF NOT has_table_privilege(session_user, p_table, p_right) THEN
        RAISE EXCEPTION '% has no right to % on %', session_user, p_right, p_table USING ERRCODE = 'insufficient_privilege';
    END IF;
END;
$$;

CREATE FUNCTION public.stamp_all_rows() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
$$;

CREATE FUNCTION public.stamp_assignment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION public.stamp_change_xid() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE FUNCTION public.timeline_start(p_timeline integer) RETURNS pg_lsn
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
$$;

CREATE FUNCTION public.track_job_status_change() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_nestloop TO 'off'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO job_status_history (job_id, from_status, to_status, changed_by_id)
        SELECT n.id, NULL, n.status, n.updated_by_id FROM new_rows n;
    ELSE
        INSERT INTO job_status_history (job_id, from_status, to_status, changed_by_id)
        SELECT n.id, o.status, n.status, n.updated_by_id
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        WHERE o.status IS DISTINCT FROM n.status;
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION public.update_updated_at_column() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.wal_place() RETURNS pg_lsn
    LANGUAGE plpgsql
    AS $$
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
$$;

CREATE TABLE public."__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL
);

CREATE TABLE public.activity_logs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid NOT NULL,
    action character varying(50) NOT NULL,
    details jsonb,
    user_id uuid NOT NULL,
    job_id uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_activity_details CHECK (((pg_column_size(details) <= 2000000) AND (octet_length((details)::text) <= 2500000))),
    CONSTRAINT check_activity_logs_times CHECK ((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))
)
PARTITION BY RANGE (created_at);

CREATE TABLE public.activity_logs_default (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid NOT NULL,
    action character varying(50) NOT NULL,
    details jsonb,
    user_id uuid NOT NULL,
    job_id uuid,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_activity_details CHECK (((pg_column_size(details) <= 2000000) AND (octet_length((details)::text) <= 2500000))),
    CONSTRAINT check_activity_logs_times CHECK ((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))
);

CREATE TABLE public.customers (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name character varying(255) NOT NULL,
    phone character varying(20),
    email character varying(255),
    address text NOT NULL,
    notes text,
    is_archived boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_by_id uuid NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_customer_email CHECK (((email)::text <> ''::text)),
    CONSTRAINT check_customer_name CHECK (((name)::text ~ '\S'::text)),
    CONSTRAINT check_customer_texts CHECK (((char_length(address) <= 10000) AND (char_length(notes) <= 100000))),
    CONSTRAINT check_customers_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((updated_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((updated_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone))))
);

CREATE TABLE public.devices (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    app_version character varying(100) NOT NULL,
    last_client_seq bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by_id uuid,
    wipe_proof bytea,
    is_wiped boolean DEFAULT false NOT NULL,
    session_id uuid,
    CONSTRAINT check_devices_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((last_seen_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((last_seen_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((revoked_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((revoked_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone))))
);

CREATE TABLE public.job_assignments (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    job_id uuid NOT NULL,
    user_id uuid NOT NULL,
    assigned_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_by_id uuid NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_job_assignments_times CHECK ((((assigned_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((assigned_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))
);

CREATE TABLE public.job_status_history (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    job_id uuid NOT NULL,
    from_status character varying(30),
    to_status character varying(30) NOT NULL,
    changed_by_id uuid NOT NULL,
    changed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_from_status CHECK (((from_status)::text = ANY ((ARRAY['NOT_STARTED'::character varying, 'IN_PROGRESS'::character varying, 'WAITING_ON_MATERIALS'::character varying, 'COMPLETED'::character varying, 'ON_HOLD'::character varying])::text[]))),
    CONSTRAINT check_job_status_history_times CHECK ((((changed_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((changed_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone))),
    CONSTRAINT check_to_status CHECK (((to_status)::text = ANY ((ARRAY['NOT_STARTED'::character varying, 'IN_PROGRESS'::character varying, 'WAITING_ON_MATERIALS'::character varying, 'COMPLETED'::character varying, 'ON_HOLD'::character varying])::text[])))
);

CREATE TABLE public.jobs (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    title character varying(255) NOT NULL,
    description text,
    customer_id uuid NOT NULL,
    status character varying(30) DEFAULT 'NOT_STARTED'::character varying NOT NULL,
    start_date date,
    end_date date,
    notes text,
    created_by_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_by_id uuid NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_job_dates CHECK (((start_date IS NULL) OR (end_date IS NULL) OR (start_date <= end_date))),
    CONSTRAINT check_job_status CHECK (((status)::text = ANY ((ARRAY['NOT_STARTED'::character varying, 'IN_PROGRESS'::character varying, 'WAITING_ON_MATERIALS'::character varying, 'COMPLETED'::character varying, 'ON_HOLD'::character varying])::text[]))),
    CONSTRAINT check_job_texts CHECK (((char_length(description) <= 100000) AND (char_length(notes) <= 100000))),
    CONSTRAINT check_jobs_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND ((end_date >= '0001-01-01'::date) AND (end_date <= '9999-12-31'::date)) AND ((start_date >= '0001-01-01'::date) AND (start_date <= '9999-12-31'::date)) AND (((updated_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((updated_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone))))
);

CREATE TABLE public.materials (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    job_id uuid NOT NULL,
    item_name character varying(255) NOT NULL,
    quantity numeric(10,2) DEFAULT 1.0 NOT NULL,
    unit character varying(20) DEFAULT 'each'::character varying NOT NULL,
    purchased boolean DEFAULT false NOT NULL,
    notes text,
    added_by_id uuid NOT NULL,
    purchased_by_id uuid,
    purchased_at timestamp with time zone,
    is_deleted boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_by_id uuid NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_material_texts CHECK ((char_length(notes) <= 100000)),
    CONSTRAINT check_materials_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((purchased_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((purchased_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((updated_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((updated_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))),
    CONSTRAINT check_purchase_consistency CHECK ((((purchased = false) AND (purchased_by_id IS NULL) AND (purchased_at IS NULL)) OR ((purchased = true) AND (purchased_by_id IS NOT NULL) AND (purchased_at IS NOT NULL)))),
    CONSTRAINT check_quantity_positive CHECK (((quantity > (0)::numeric) AND (quantity <> 'NaN'::numeric)))
);

CREATE TABLE public.refresh_tokens (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    token character varying(255) NOT NULL,
    user_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    family_id uuid NOT NULL,
    used_at timestamp with time zone,
    family_key bytea,
    CONSTRAINT check_refresh_tokens_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((expires_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((expires_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((used_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((used_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone))))
);

CREATE TABLE public.schema_compatibility (
    migration_id text NOT NULL,
    oldest_server text NOT NULL
);

COMMENT ON TABLE public.schema_compatibility IS 'Which servers may run on a migration that they do not know: those that know the migration oldest_server.';

CREATE TABLE public.service_accounts (
    user_id uuid NOT NULL,
    key_digest character varying(64) NOT NULL,
    created_by_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT check_service_accounts_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((expires_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((expires_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((last_used_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((last_used_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((revoked_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((revoked_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone))))
);

CREATE TABLE public.sync_histories (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    begun_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT check_sync_histories_times CHECK ((((begun_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((begun_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))
);

CREATE TABLE public.sync_queue (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    operation character varying(20) NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid,
    payload jsonb NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    status character varying(20) DEFAULT 'pending'::character varying NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    processed_at timestamp with time zone,
    device_id uuid,
    client_seq bigint,
    result jsonb,
    waits_for uuid,
    message bytea,
    CONSTRAINT check_sync_queue_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((processed_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((processed_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))),
    CONSTRAINT sync_queue_operation_check CHECK (((operation)::text = ANY ((ARRAY['create'::character varying, 'update'::character varying, 'delete'::character varying])::text[]))),
    CONSTRAINT sync_queue_status_check CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying, 'completed'::character varying, 'failed'::character varying])::text[])))
)
PARTITION BY LIST (status);

CREATE TABLE public.sync_queue_completed (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    operation character varying(20) NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid,
    payload jsonb NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    status character varying(20) DEFAULT 'pending'::character varying NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    processed_at timestamp with time zone,
    device_id uuid,
    client_seq bigint,
    result jsonb,
    waits_for uuid,
    message bytea,
    CONSTRAINT check_sync_queue_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((processed_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((processed_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))),
    CONSTRAINT sync_queue_operation_check CHECK (((operation)::text = ANY ((ARRAY['create'::character varying, 'update'::character varying, 'delete'::character varying])::text[]))),
    CONSTRAINT sync_queue_status_check CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying, 'completed'::character varying, 'failed'::character varying])::text[])))
);

CREATE TABLE public.sync_queue_failed (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    operation character varying(20) NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid,
    payload jsonb NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    status character varying(20) DEFAULT 'pending'::character varying NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    processed_at timestamp with time zone,
    device_id uuid,
    client_seq bigint,
    result jsonb,
    waits_for uuid,
    message bytea,
    CONSTRAINT check_sync_queue_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((processed_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((processed_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))),
    CONSTRAINT sync_queue_operation_check CHECK (((operation)::text = ANY ((ARRAY['create'::character varying, 'update'::character varying, 'delete'::character varying])::text[]))),
    CONSTRAINT sync_queue_status_check CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying, 'completed'::character varying, 'failed'::character varying])::text[])))
);

CREATE TABLE public.sync_queue_pending (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    operation character varying(20) NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid,
    payload jsonb NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    status character varying(20) DEFAULT 'pending'::character varying NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    processed_at timestamp with time zone,
    device_id uuid,
    client_seq bigint,
    result jsonb,
    waits_for uuid,
    message bytea,
    CONSTRAINT check_sync_queue_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((processed_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((processed_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))),
    CONSTRAINT sync_queue_operation_check CHECK (((operation)::text = ANY ((ARRAY['create'::character varying, 'update'::character varying, 'delete'::character varying])::text[]))),
    CONSTRAINT sync_queue_status_check CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying, 'completed'::character varying, 'failed'::character varying])::text[])))
);

CREATE TABLE public.sync_queue_processing (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    operation character varying(20) NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid,
    payload jsonb NOT NULL,
    retry_count integer DEFAULT 0 NOT NULL,
    status character varying(20) DEFAULT 'pending'::character varying NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    processed_at timestamp with time zone,
    device_id uuid,
    client_seq bigint,
    result jsonb,
    waits_for uuid,
    message bytea,
    CONSTRAINT check_sync_queue_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((processed_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((processed_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))),
    CONSTRAINT sync_queue_operation_check CHECK (((operation)::text = ANY ((ARRAY['create'::character varying, 'update'::character varying, 'delete'::character varying])::text[]))),
    CONSTRAINT sync_queue_status_check CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying, 'completed'::character varying, 'failed'::character varying])::text[])))
);

CREATE TABLE public.sync_timelines (
    system_identifier character varying(64) NOT NULL,
    timeline_id integer NOT NULL,
    first_lsn pg_lsn,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT check_sync_timelines_times CHECK ((((started_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((started_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))
);

CREATE TABLE public.tombstone_marks (
    taken_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    oldest_xid xid8 DEFAULT pg_snapshot_xmin(pg_current_snapshot()) NOT NULL,
    system_identifier character varying(64) DEFAULT public.database_identity() NOT NULL,
    CONSTRAINT check_tombstone_marks_times CHECK ((((taken_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((taken_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))
);

CREATE TABLE public.tombstones (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    entity_type character varying(50) NOT NULL,
    entity_id uuid NOT NULL,
    job_id uuid,
    customer_id uuid,
    user_id uuid,
    deleted_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_tombstones_times CHECK ((((deleted_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((deleted_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))
);

CREATE TABLE public.users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    email character varying(255) NOT NULL,
    password_hash character varying(255) DEFAULT '!'::character varying NOT NULL,
    name character varying(100) NOT NULL,
    role character varying(20) NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    is_service boolean DEFAULT false NOT NULL,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_by_id uuid NOT NULL,
    change_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT check_users_times CHECK (((((created_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((created_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((last_login_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((last_login_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)) AND (((updated_at AT TIME ZONE 'UTC'::text) >= '0001-01-01 00:00:00'::timestamp without time zone) AND ((updated_at AT TIME ZONE 'UTC'::text) <= '9999-12-31 23:59:59.999999'::timestamp without time zone)))),
    CONSTRAINT users_role_check CHECK (((role)::text = ANY ((ARRAY['OWNER'::character varying, 'WORKER'::character varying])::text[])))
);

ALTER TABLE ONLY public.activity_logs ATTACH PARTITION public.activity_logs_default DEFAULT;

ALTER TABLE ONLY public.sync_queue ATTACH PARTITION public.sync_queue_completed FOR VALUES IN ('completed');

ALTER TABLE ONLY public.sync_queue ATTACH PARTITION public.sync_queue_failed FOR VALUES IN ('failed');

ALTER TABLE ONLY public.sync_queue ATTACH PARTITION public.sync_queue_pending FOR VALUES IN ('pending');

ALTER TABLE ONLY public.sync_queue ATTACH PARTITION public.sync_queue_processing FOR VALUES IN ('processing');

ALTER TABLE ONLY public."__EFMigrationsHistory"
    ADD CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId");

ALTER TABLE ONLY public.activity_logs
    ADD CONSTRAINT activity_logs_pkey PRIMARY KEY (id, created_at);

ALTER TABLE ONLY public.activity_logs_default
    ADD CONSTRAINT activity_logs_default_pkey PRIMARY KEY (id, created_at);

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_assignments
    ADD CONSTRAINT job_assignments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_status_history
    ADD CONSTRAINT job_status_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.materials
    ADD CONSTRAINT materials_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_token_key UNIQUE (token);

ALTER TABLE ONLY public.schema_compatibility
    ADD CONSTRAINT schema_compatibility_pkey PRIMARY KEY (migration_id);

ALTER TABLE ONLY public.service_accounts
    ADD CONSTRAINT service_accounts_key_digest_key UNIQUE (key_digest);

ALTER TABLE ONLY public.service_accounts
    ADD CONSTRAINT service_accounts_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.sync_histories
    ADD CONSTRAINT sync_histories_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sync_queue
    ADD CONSTRAINT sync_queue_pkey PRIMARY KEY (id, status);

ALTER TABLE ONLY public.sync_queue_completed
    ADD CONSTRAINT sync_queue_completed_pkey PRIMARY KEY (id, status);

ALTER TABLE ONLY public.sync_queue_failed
    ADD CONSTRAINT sync_queue_failed_pkey PRIMARY KEY (id, status);

ALTER TABLE ONLY public.sync_queue_pending
    ADD CONSTRAINT sync_queue_pending_pkey PRIMARY KEY (id, status);

ALTER TABLE ONLY public.sync_queue_processing
    ADD CONSTRAINT sync_queue_processing_pkey PRIMARY KEY (id, status);

ALTER TABLE ONLY public.sync_timelines
    ADD CONSTRAINT sync_timelines_pkey PRIMARY KEY (system_identifier, timeline_id);

ALTER TABLE ONLY public.tombstone_marks
    ADD CONSTRAINT tombstone_marks_pkey PRIMARY KEY (taken_at);

ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_assignments
    ADD CONSTRAINT unique_job_user_assignment UNIQUE (job_id, user_id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX idx_activity_change ON ONLY public.activity_logs USING btree (change_xid);

CREATE INDEX idx_activity_created ON ONLY public.activity_logs USING btree (created_at, id);

CREATE INDEX idx_activity_entity ON ONLY public.activity_logs USING btree (entity_id, entity_type);

CREATE INDEX idx_activity_job ON ONLY public.activity_logs USING btree (job_id, created_at DESC) WHERE (job_id IS NOT NULL);

CREATE INDEX idx_activity_user ON ONLY public.activity_logs USING btree (user_id, created_at DESC);

CREATE INDEX activity_logs_default_change_xid_idx ON public.activity_logs_default USING btree (change_xid);

CREATE INDEX activity_logs_default_created_at_id_idx ON public.activity_logs_default USING btree (created_at, id);

CREATE INDEX activity_logs_default_entity_id_entity_type_idx ON public.activity_logs_default USING btree (entity_id, entity_type);

CREATE INDEX activity_logs_default_job_id_created_at_idx ON public.activity_logs_default USING btree (job_id, created_at DESC) WHERE (job_id IS NOT NULL);

CREATE INDEX activity_logs_default_user_id_created_at_idx ON public.activity_logs_default USING btree (user_id, created_at DESC);

CREATE INDEX idx_assignments_change ON public.job_assignments USING btree (change_xid);

CREATE INDEX idx_assignments_date ON public.job_assignments USING btree (assigned_at, id);

CREATE INDEX idx_assignments_job ON public.job_assignments USING btree (job_id);

CREATE INDEX idx_assignments_user ON public.job_assignments USING btree (user_id);

CREATE INDEX idx_customers_active ON public.customers USING btree (is_archived, updated_at DESC, id DESC);

CREATE INDEX idx_customers_change ON public.customers USING btree (change_xid);

CREATE INDEX idx_customers_name ON public.customers USING btree (name);

CREATE INDEX idx_customers_phone ON public.customers USING btree (phone varchar_pattern_ops) WHERE (phone IS NOT NULL);

CREATE INDEX idx_customers_search_gin ON public.customers USING gin (to_tsvector('english'::regconfig, (((name)::text || ' '::text) || COALESCE(address, ''::text))));

CREATE INDEX idx_customers_updated ON public.customers USING btree (updated_at, id);

CREATE INDEX idx_devices_session ON public.devices USING btree (session_id, created_at);

CREATE INDEX idx_devices_user ON public.devices USING btree (user_id);

CREATE INDEX idx_jobs_active ON public.jobs USING btree (updated_at, id) WHERE ((status)::text <> 'COMPLETED'::text);

CREATE INDEX idx_jobs_change ON public.jobs USING btree (change_xid);

CREATE INDEX idx_jobs_created_by ON public.jobs USING btree (created_by_id);

CREATE INDEX idx_jobs_customer ON public.jobs USING btree (customer_id);

CREATE INDEX idx_jobs_dates ON public.jobs USING btree (start_date, end_date) WHERE ((status)::text = 'IN_PROGRESS'::text);

CREATE INDEX idx_jobs_status ON public.jobs USING btree (status) WHERE ((status)::text <> 'COMPLETED'::text);

CREATE INDEX idx_jobs_updated ON public.jobs USING btree (updated_at, id);

CREATE INDEX idx_materials_change ON public.materials USING btree (change_xid);

CREATE INDEX idx_materials_job ON public.materials USING btree (job_id);

CREATE INDEX idx_materials_purchased ON public.materials USING btree (job_id, purchased, created_at, id) WHERE (is_deleted = false);

CREATE INDEX idx_materials_updated ON public.materials USING btree (updated_at, id);

CREATE INDEX idx_refresh_tokens_expires ON public.refresh_tokens USING btree (expires_at);

CREATE INDEX idx_refresh_tokens_family ON public.refresh_tokens USING btree (family_id);

CREATE INDEX idx_refresh_tokens_user ON public.refresh_tokens USING btree (user_id);

CREATE INDEX idx_status_history_change ON public.job_status_history USING btree (change_xid);

CREATE INDEX idx_status_history_changed ON public.job_status_history USING btree (changed_at, id);

CREATE INDEX idx_status_history_job ON public.job_status_history USING btree (job_id, changed_at DESC);

CREATE INDEX idx_sync_queue_created ON ONLY public.sync_queue USING btree (created_at);

CREATE INDEX idx_sync_queue_device ON ONLY public.sync_queue USING btree (device_id, client_seq);

CREATE INDEX idx_sync_queue_status ON ONLY public.sync_queue USING btree (status, created_at) WHERE ((status)::text = 'pending'::text);

CREATE INDEX idx_sync_queue_user ON ONLY public.sync_queue USING btree (user_id, status);

CREATE INDEX idx_sync_queue_waiting ON public.sync_queue_pending USING btree (entity_id);

CREATE INDEX idx_tombstones_change ON public.tombstones USING btree (change_xid);

CREATE INDEX idx_tombstones_deleted ON public.tombstones USING btree (deleted_at, id);

CREATE INDEX idx_tombstones_entity ON public.tombstones USING btree (entity_id);

CREATE INDEX idx_users_change ON public.users USING btree (change_xid);

CREATE UNIQUE INDEX idx_users_email ON public.users USING btree (lower((email)::text));

CREATE INDEX idx_users_role ON public.users USING btree (role) WHERE (is_active = true);

CREATE INDEX idx_users_updated ON public.users USING btree (updated_at, id);

CREATE INDEX sync_queue_completed_created_at_idx ON public.sync_queue_completed USING btree (created_at);

CREATE INDEX sync_queue_completed_device_id_client_seq_idx ON public.sync_queue_completed USING btree (device_id, client_seq);

CREATE INDEX sync_queue_completed_status_created_at_idx ON public.sync_queue_completed USING btree (status, created_at) WHERE ((status)::text = 'pending'::text);

CREATE INDEX sync_queue_completed_user_id_status_idx ON public.sync_queue_completed USING btree (user_id, status);

CREATE INDEX sync_queue_failed_created_at_idx ON public.sync_queue_failed USING btree (created_at);

CREATE INDEX sync_queue_failed_device_id_client_seq_idx ON public.sync_queue_failed USING btree (device_id, client_seq);

CREATE INDEX sync_queue_failed_status_created_at_idx ON public.sync_queue_failed USING btree (status, created_at) WHERE ((status)::text = 'pending'::text);

CREATE INDEX sync_queue_failed_user_id_status_idx ON public.sync_queue_failed USING btree (user_id, status);

CREATE INDEX sync_queue_pending_created_at_idx ON public.sync_queue_pending USING btree (created_at);

CREATE INDEX sync_queue_pending_device_id_client_seq_idx ON public.sync_queue_pending USING btree (device_id, client_seq);

CREATE INDEX sync_queue_pending_status_created_at_idx ON public.sync_queue_pending USING btree (status, created_at) WHERE ((status)::text = 'pending'::text);

CREATE INDEX sync_queue_pending_user_id_status_idx ON public.sync_queue_pending USING btree (user_id, status);

CREATE INDEX sync_queue_processing_created_at_idx ON public.sync_queue_processing USING btree (created_at);

CREATE INDEX sync_queue_processing_device_id_client_seq_idx ON public.sync_queue_processing USING btree (device_id, client_seq);

CREATE INDEX sync_queue_processing_status_created_at_idx ON public.sync_queue_processing USING btree (status, created_at) WHERE ((status)::text = 'pending'::text);

CREATE INDEX sync_queue_processing_user_id_status_idx ON public.sync_queue_processing USING btree (user_id, status);

ALTER INDEX public.idx_activity_change ATTACH PARTITION public.activity_logs_default_change_xid_idx;

ALTER INDEX public.idx_activity_created ATTACH PARTITION public.activity_logs_default_created_at_id_idx;

ALTER INDEX public.idx_activity_entity ATTACH PARTITION public.activity_logs_default_entity_id_entity_type_idx;

ALTER INDEX public.idx_activity_job ATTACH PARTITION public.activity_logs_default_job_id_created_at_idx;

ALTER INDEX public.activity_logs_pkey ATTACH PARTITION public.activity_logs_default_pkey;

ALTER INDEX public.idx_activity_user ATTACH PARTITION public.activity_logs_default_user_id_created_at_idx;

ALTER INDEX public.idx_sync_queue_created ATTACH PARTITION public.sync_queue_completed_created_at_idx;

ALTER INDEX public.idx_sync_queue_device ATTACH PARTITION public.sync_queue_completed_device_id_client_seq_idx;

ALTER INDEX public.sync_queue_pkey ATTACH PARTITION public.sync_queue_completed_pkey;

ALTER INDEX public.idx_sync_queue_status ATTACH PARTITION public.sync_queue_completed_status_created_at_idx;

ALTER INDEX public.idx_sync_queue_user ATTACH PARTITION public.sync_queue_completed_user_id_status_idx;

ALTER INDEX public.idx_sync_queue_created ATTACH PARTITION public.sync_queue_failed_created_at_idx;

ALTER INDEX public.idx_sync_queue_device ATTACH PARTITION public.sync_queue_failed_device_id_client_seq_idx;

ALTER INDEX public.sync_queue_pkey ATTACH PARTITION public.sync_queue_failed_pkey;

ALTER INDEX public.idx_sync_queue_status ATTACH PARTITION public.sync_queue_failed_status_created_at_idx;

ALTER INDEX public.idx_sync_queue_user ATTACH PARTITION public.sync_queue_failed_user_id_status_idx;

ALTER INDEX public.idx_sync_queue_created ATTACH PARTITION public.sync_queue_pending_created_at_idx;

ALTER INDEX public.idx_sync_queue_device ATTACH PARTITION public.sync_queue_pending_device_id_client_seq_idx;

ALTER INDEX public.sync_queue_pkey ATTACH PARTITION public.sync_queue_pending_pkey;

ALTER INDEX public.idx_sync_queue_status ATTACH PARTITION public.sync_queue_pending_status_created_at_idx;

ALTER INDEX public.idx_sync_queue_user ATTACH PARTITION public.sync_queue_pending_user_id_status_idx;

ALTER INDEX public.idx_sync_queue_created ATTACH PARTITION public.sync_queue_processing_created_at_idx;

ALTER INDEX public.idx_sync_queue_device ATTACH PARTITION public.sync_queue_processing_device_id_client_seq_idx;

ALTER INDEX public.sync_queue_pkey ATTACH PARTITION public.sync_queue_processing_pkey;

ALTER INDEX public.idx_sync_queue_status ATTACH PARTITION public.sync_queue_processing_status_created_at_idx;

ALTER INDEX public.idx_sync_queue_user ATTACH PARTITION public.sync_queue_processing_user_id_status_idx;

CREATE TRIGGER audit_customers_delete AFTER DELETE ON public.customers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_customers_delete();

CREATE TRIGGER audit_customers_insert AFTER INSERT ON public.customers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_customers_insert();

CREATE TRIGGER audit_customers_update AFTER UPDATE ON public.customers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_customers_update();

CREATE TRIGGER audit_job_assignments_delete AFTER DELETE ON public.job_assignments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_job_assignments_delete();

CREATE TRIGGER audit_job_assignments_insert AFTER INSERT ON public.job_assignments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_job_assignments_insert();

CREATE TRIGGER audit_job_assignments_update AFTER UPDATE ON public.job_assignments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_job_assignments_update();

CREATE TRIGGER audit_jobs_delete AFTER DELETE ON public.jobs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_jobs_delete();

CREATE TRIGGER audit_jobs_insert AFTER INSERT ON public.jobs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_jobs_insert();

CREATE TRIGGER audit_jobs_update AFTER UPDATE ON public.jobs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_jobs_update();

CREATE TRIGGER audit_materials_delete AFTER DELETE ON public.materials REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_materials_delete();

CREATE TRIGGER audit_materials_insert AFTER INSERT ON public.materials REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_materials_insert();

CREATE TRIGGER audit_materials_update AFTER UPDATE ON public.materials REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_materials_update();

CREATE TRIGGER audit_users_delete AFTER DELETE ON public.users REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_users_delete();

CREATE TRIGGER audit_users_insert AFTER INSERT ON public.users REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_users_insert();

CREATE TRIGGER audit_users_update AFTER UPDATE ON public.users REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_users_update();

CREATE TRIGGER bury_activity_logs AFTER DELETE ON public.activity_logs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_activity_logs();

CREATE TRIGGER bury_customers AFTER DELETE ON public.customers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_customers();

CREATE TRIGGER bury_job_assignments AFTER DELETE ON public.job_assignments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_job_assignments();

CREATE TRIGGER bury_job_customer AFTER UPDATE OF customer_id ON public.jobs FOR EACH ROW WHEN ((old.customer_id IS DISTINCT FROM new.customer_id)) EXECUTE FUNCTION public.bury_job_customer();

CREATE TRIGGER bury_job_status_history AFTER DELETE ON public.job_status_history REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_job_status_history();

CREATE TRIGGER bury_jobs AFTER DELETE ON public.jobs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_jobs();

CREATE TRIGGER bury_materials AFTER DELETE ON public.materials REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_materials();

CREATE TRIGGER bury_sessions AFTER DELETE ON public.refresh_tokens REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_sessions();

CREATE TRIGGER bury_users AFTER DELETE ON public.users REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.bury_users();

CREATE TRIGGER check_job_status_transition BEFORE UPDATE ON public.jobs FOR EACH ROW WHEN ((((old.status)::text IS DISTINCT FROM (new.status)::text) AND ((new.status)::text = ANY ((ARRAY['NOT_STARTED'::character varying, 'IN_PROGRESS'::character varying, 'WAITING_ON_MATERIALS'::character varying, 'COMPLETED'::character varying, 'ON_HOLD'::character varying])::text[])))) EXECUTE FUNCTION public.check_job_status_transition();

CREATE TRIGGER end_users_sessions AFTER UPDATE ON public.users FOR EACH ROW WHEN ((old.is_active IS DISTINCT FROM new.is_active)) EXECUTE FUNCTION public.end_sessions();

CREATE TRIGGER keep_activity_logs_id BEFORE UPDATE ON public.activity_logs FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.refuse_change('activity_logs', 'id');

CREATE TRIGGER keep_activity_logs_tombstones BEFORE TRUNCATE ON public.activity_logs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER keep_customers_id BEFORE UPDATE ON public.customers FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.refuse_change('customers', 'id');

CREATE TRIGGER keep_customers_tombstones BEFORE TRUNCATE ON public.customers FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER keep_job_assignments_id BEFORE UPDATE ON public.job_assignments FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.refuse_change('job_assignments', 'id');

CREATE TRIGGER keep_job_assignments_job BEFORE UPDATE ON public.job_assignments FOR EACH ROW WHEN ((old.job_id IS DISTINCT FROM new.job_id)) EXECUTE FUNCTION public.refuse_change('job_assignments', 'job_id');

CREATE TRIGGER keep_job_assignments_tombstones BEFORE TRUNCATE ON public.job_assignments FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER keep_job_assignments_user BEFORE UPDATE ON public.job_assignments FOR EACH ROW WHEN ((old.user_id IS DISTINCT FROM new.user_id)) EXECUTE FUNCTION public.refuse_change('job_assignments', 'user_id');

CREATE TRIGGER keep_job_status_history_id BEFORE UPDATE ON public.job_status_history FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.refuse_change('job_status_history', 'id');

CREATE TRIGGER keep_job_status_history_job BEFORE UPDATE ON public.job_status_history FOR EACH ROW WHEN ((old.job_id IS DISTINCT FROM new.job_id)) EXECUTE FUNCTION public.refuse_change('job_status_history', 'job_id');

CREATE TRIGGER keep_job_status_history_tombstones BEFORE TRUNCATE ON public.job_status_history FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER keep_jobs_id BEFORE UPDATE ON public.jobs FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.refuse_change('jobs', 'id');

CREATE TRIGGER keep_jobs_tombstones BEFORE TRUNCATE ON public.jobs FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER keep_materials_id BEFORE UPDATE ON public.materials FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.refuse_change('materials', 'id');

CREATE TRIGGER keep_materials_job BEFORE UPDATE ON public.materials FOR EACH ROW WHEN ((old.job_id IS DISTINCT FROM new.job_id)) EXECUTE FUNCTION public.refuse_change('materials', 'job_id');

CREATE TRIGGER keep_materials_tombstones BEFORE TRUNCATE ON public.materials FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER keep_refresh_tokens_tombstones BEFORE TRUNCATE ON public.refresh_tokens FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER keep_users_id BEFORE UPDATE ON public.users FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.refuse_change('users', 'id');

CREATE TRIGGER keep_users_tombstones BEFORE TRUNCATE ON public.users FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_truncate();

CREATE TRIGGER mark_customers_actor BEFORE UPDATE OF updated_by_id ON public.customers FOR EACH ROW EXECUTE FUNCTION public.mark_actor_given();

CREATE TRIGGER mark_job_assignments_actor BEFORE UPDATE OF updated_by_id ON public.job_assignments FOR EACH ROW EXECUTE FUNCTION public.mark_actor_given();

CREATE TRIGGER mark_jobs_actor BEFORE UPDATE OF updated_by_id ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.mark_actor_given();

CREATE TRIGGER mark_materials_actor BEFORE UPDATE OF updated_by_id ON public.materials FOR EACH ROW EXECUTE FUNCTION public.mark_actor_given();

CREATE TRIGGER mark_users_actor BEFORE UPDATE OF updated_by_id ON public.users FOR EACH ROW EXECUTE FUNCTION public.mark_actor_given();

CREATE TRIGGER stamp_activity_logs BEFORE INSERT OR UPDATE ON public.activity_logs FOR EACH ROW EXECUTE FUNCTION public.stamp_change_xid();

CREATE TRIGGER stamp_job_assignments BEFORE INSERT OR UPDATE ON public.job_assignments FOR EACH ROW EXECUTE FUNCTION public.stamp_assignment();

CREATE TRIGGER stamp_job_status_history BEFORE INSERT OR UPDATE ON public.job_status_history FOR EACH ROW EXECUTE FUNCTION public.stamp_change_xid();

CREATE TRIGGER stamp_tombstones BEFORE INSERT OR UPDATE ON public.tombstones FOR EACH ROW EXECUTE FUNCTION public.stamp_change_xid();

CREATE TRIGGER track_job_first_status AFTER INSERT ON public.jobs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_job_status_change();

CREATE TRIGGER track_job_status AFTER UPDATE ON public.jobs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.track_job_status_change();

CREATE TRIGGER update_customers_updated_at BEFORE INSERT OR UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_jobs_updated_at BEFORE INSERT OR UPDATE ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_materials_updated_at BEFORE INSERT OR UPDATE ON public.materials FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_users_updated_at BEFORE INSERT OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

ALTER TABLE public.activity_logs
    ADD CONSTRAINT activity_logs_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE public.activity_logs
    ADD CONSTRAINT activity_logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_updated_by_id_fkey FOREIGN KEY (updated_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_revoked_by_id_fkey FOREIGN KEY (revoked_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.job_assignments
    ADD CONSTRAINT job_assignments_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.job_assignments
    ADD CONSTRAINT job_assignments_updated_by_id_fkey FOREIGN KEY (updated_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.job_assignments
    ADD CONSTRAINT job_assignments_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.job_status_history
    ADD CONSTRAINT job_status_history_changed_by_id_fkey FOREIGN KEY (changed_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.job_status_history
    ADD CONSTRAINT job_status_history_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_created_by_id_fkey FOREIGN KEY (created_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_updated_by_id_fkey FOREIGN KEY (updated_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.materials
    ADD CONSTRAINT materials_added_by_id_fkey FOREIGN KEY (added_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.materials
    ADD CONSTRAINT materials_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.materials
    ADD CONSTRAINT materials_purchased_by_id_fkey FOREIGN KEY (purchased_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.materials
    ADD CONSTRAINT materials_updated_by_id_fkey FOREIGN KEY (updated_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.service_accounts
    ADD CONSTRAINT service_accounts_created_by_id_fkey FOREIGN KEY (created_by_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.service_accounts
    ADD CONSTRAINT service_accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE public.sync_queue
    ADD CONSTRAINT sync_queue_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_updated_by_id_fkey FOREIGN KEY (updated_by_id) REFERENCES public.users(id);
