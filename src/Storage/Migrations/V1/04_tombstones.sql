-- A hard delete, cascades included, leaves a tombstone for each row, with the ids that route it to devices (DESIGN §4).

DO $do$
DECLARE
    v RECORD;
BEGIN
    FOR v IN SELECT * FROM (VALUES
        ('users', 'user', 'NULL::uuid', 'NULL::uuid', 'o.id'),
        ('customers', 'customer', 'NULL::uuid', 'o.id', 'NULL::uuid'),
        ('jobs', 'job', 'o.id', 'o.customer_id', 'NULL::uuid'),
        ('job_assignments', 'job_assignment', 'o.job_id', 'NULL::uuid', 'o.user_id'),
        ('materials', 'material', 'o.job_id', 'NULL::uuid', 'NULL::uuid'),
        ('job_status_history', 'job_status_history', 'o.job_id', 'NULL::uuid', 'NULL::uuid'),
        ('activity_logs', 'activity_log', 'o.job_id', 'NULL::uuid', 'NULL::uuid')
    ) AS t(table_name, entity_type, job_id, customer_id, user_id) LOOP
        EXECUTE format($sql$
            CREATE FUNCTION bury_%1$s() RETURNS TRIGGER AS $body$
            BEGIN
                INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id, user_id)
                SELECT %2$L, o.id, %3$s, %4$s, %5$s FROM old_rows o;
                RETURN NULL;
            END;
            $body$ LANGUAGE plpgsql;
            CREATE TRIGGER bury_%1$s AFTER DELETE ON %1$I
                REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION bury_%1$s();
            $sql$, v.table_name, v.entity_type, v.job_id, v.customer_id, v.user_id);
    END LOOP;
END;
$do$;

-- A job that moves to another customer ends a link: workers of the job may have to lose the old customer.
CREATE FUNCTION bury_job_customer() RETURNS TRIGGER AS $$
BEGIN
    INSERT INTO tombstones (entity_type, entity_id, job_id, customer_id)
    VALUES ('job_customer', OLD.id, OLD.id, OLD.customer_id);
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER bury_job_customer AFTER UPDATE OF customer_id ON jobs FOR EACH ROW
    WHEN (OLD.customer_id IS DISTINCT FROM NEW.customer_id) EXECUTE FUNCTION bury_job_customer();

CREATE TRIGGER stamp_tombstones BEFORE INSERT OR UPDATE ON tombstones
    FOR EACH ROW EXECUTE FUNCTION stamp_change_xid();

-- A session is over when its last token is gone. Servers that hold streams of it learn it here, as they learn of any change.
CREATE FUNCTION bury_sessions() RETURNS TRIGGER AS $$
BEGIN
    INSERT INTO tombstones (entity_type, entity_id, user_id)
    SELECT DISTINCT 'session', o.family_id, o.user_id FROM old_rows o
    WHERE NOT EXISTS (SELECT FROM refresh_tokens r WHERE r.family_id = o.family_id);
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER bury_sessions AFTER DELETE ON refresh_tokens
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION bury_sessions();
CREATE TRIGGER keep_refresh_tokens_tombstones BEFORE TRUNCATE ON refresh_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
