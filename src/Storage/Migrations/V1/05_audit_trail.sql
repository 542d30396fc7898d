-- The audit trail: one activity_logs row for every insert, update and delete of the audited tables, whoever writes.
-- Columns are compared by name, statement by statement: a generic diff of jsonb rows costs ten times as much.

CREATE FUNCTION log_activity(
    p_entity_type VARCHAR,
    p_entity_id UUID,
    p_action VARCHAR,
    p_user_id UUID,
    p_job_id UUID DEFAULT NULL,
    p_details JSONB DEFAULT NULL
) RETURNS UUID AS $$
DECLARE
    v_log_id UUID;
BEGIN
    INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
    VALUES (p_entity_type, p_entity_id, p_action, p_user_id, p_job_id, p_details)
    RETURNING id INTO v_log_id;

    RETURN v_log_id;
END;
$$ LANGUAGE plpgsql;

-- What the audit trail says of a column that an update changed; nothing of one that it did not.
CREATE FUNCTION audit_change(p_column TEXT, p_old ANYELEMENT, p_new ANYELEMENT) RETURNS JSONB AS $$
    SELECT CASE WHEN p_old IS DISTINCT FROM p_new
        THEN jsonb_build_object(p_column, jsonb_build_object('old', p_old, 'new', p_new)) ELSE '{}'::jsonb END;
$$ LANGUAGE sql STABLE;

DO $do$
DECLARE
    v RECORD;
    v_changes TEXT;
BEGIN
    FOR v IN SELECT * FROM (VALUES
        ('users', 'user', 'NULL::uuid', 'NULL::uuid',
            ARRAY['email', 'name', 'role', 'is_active', 'is_service', 'created_at']),
        ('customers', 'customer', 'NULL::uuid', 'NULL::uuid',
            ARRAY['name', 'phone', 'email', 'address', 'notes', 'is_archived', 'created_at']),
        ('jobs', 'job', 'n.id', 'NULL::uuid',
            ARRAY['title', 'description', 'customer_id', 'status', 'start_date', 'end_date', 'notes', 'created_by_id',
                'created_at']),
        ('job_assignments', 'job_assignment', 'n.job_id', '(SELECT j.id FROM jobs j WHERE j.id = o.job_id)',
            ARRAY['assigned_at']),
        ('materials', 'material', 'n.job_id', '(SELECT j.id FROM jobs j WHERE j.id = o.job_id)',
            ARRAY['item_name', 'quantity', 'unit', 'purchased', 'notes', 'added_by_id', 'purchased_by_id',
                'purchased_at', 'is_deleted', 'created_at'])
    ) AS t(table_name, entity_type, job_id, job_id_after_delete, columns) LOOP
        SELECT string_agg(format('audit_change(%1$L, o.%1$I, n.%1$I)', c), E'\n || ') INTO v_changes
        FROM unnest(v.columns) c;
        IF v.table_name = 'users' THEN
            -- That the password changed is worth knowing; what it was is nobody's business.
            v_changes := v_changes || E'\n || CASE WHEN o.password_hash IS DISTINCT FROM n.password_hash
                THEN ''{"password_hash": "changed"}''::jsonb ELSE ''{}''::jsonb END';
        END IF;
        EXECUTE format($sql$
            CREATE FUNCTION audit_%1$s_insert() RETURNS TRIGGER AS $body$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id)
                SELECT %2$L, n.id, 'create', n.updated_by_id, %3$s FROM new_rows n;
                RETURN NULL;
            END;
            $body$ LANGUAGE plpgsql;
            CREATE TRIGGER audit_%1$s_insert AFTER INSERT ON %1$I
                REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_%1$s_insert();

            CREATE FUNCTION audit_%1$s_update() RETURNS TRIGGER AS $body$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT * FROM (
                    SELECT %2$L, n.id, 'update', n.updated_by_id, %3$s, %5$s AS details
                    FROM new_rows n JOIN old_rows o ON o.id = n.id
                    OFFSET 0) c
                WHERE c.details <> '{}'::jsonb;
                RETURN NULL;
            END;
            $body$ LANGUAGE plpgsql SET enable_nestloop = off;
            CREATE TRIGGER audit_%1$s_update AFTER UPDATE ON %1$I
                REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION audit_%1$s_update();

            CREATE FUNCTION audit_%1$s_delete() RETURNS TRIGGER AS $body$
            BEGIN
                INSERT INTO activity_logs (entity_type, entity_id, action, user_id, job_id, details)
                SELECT %2$L, o.id, 'delete', current_actor_id(), %4$s,
                    to_jsonb(o) - ARRAY['password_hash', 'change_xid']
                FROM old_rows o;
                RETURN NULL;
            END;
            $body$ LANGUAGE plpgsql;
            CREATE TRIGGER audit_%1$s_delete AFTER DELETE ON %1$I
                REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_%1$s_delete();
            $sql$, v.table_name, v.entity_type, v.job_id, v.job_id_after_delete, v_changes);
    END LOOP;
END;
$do$;
