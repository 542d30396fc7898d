-- activity_logs by month, sync_queue by status (DESIGN §9.2). The default partition of activity_logs takes what falls
-- outside all months, so that a missed maintenance run loses nothing.

CREATE TABLE activity_logs (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    entity_type VARCHAR(50) NOT NULL,
    entity_id UUID NOT NULL,
    action VARCHAR(50) NOT NULL,
    details JSONB,
    user_id UUID NOT NULL CONSTRAINT activity_logs_user_id_fkey REFERENCES users(id),
    job_id UUID CONSTRAINT activity_logs_job_id_fkey REFERENCES jobs(id) ON DELETE CASCADE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
    change_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT activity_logs_pkey PRIMARY KEY (id, created_at),
    CONSTRAINT check_activity_details
        CHECK (pg_column_size(details) <= 2000000 AND octet_length(details::text) <= 2500000),
    CONSTRAINT check_activity_logs_times
        CHECK (created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999')
) PARTITION BY RANGE (created_at);

CREATE TABLE activity_logs_default PARTITION OF activity_logs DEFAULT;

CREATE TABLE sync_queue (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL CONSTRAINT sync_queue_user_id_fkey REFERENCES users(id),
    operation VARCHAR(20) NOT NULL
        CONSTRAINT sync_queue_operation_check CHECK (operation IN ('create', 'update', 'delete')),
    entity_type VARCHAR(50) NOT NULL,
    entity_id UUID,
    payload JSONB NOT NULL,
    retry_count INTEGER NOT NULL DEFAULT 0,
    status VARCHAR(20) NOT NULL DEFAULT 'pending'
        CONSTRAINT sync_queue_status_check CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    error TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
    processed_at TIMESTAMP WITH TIME ZONE,
    device_id UUID,
    client_seq BIGINT,
    result JSONB,
    waits_for UUID,
    CONSTRAINT sync_queue_pkey PRIMARY KEY (id, status),
    CONSTRAINT check_sync_queue_times
        CHECK (created_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'
            AND processed_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999')
) PARTITION BY LIST (status);

CREATE TABLE sync_queue_pending PARTITION OF sync_queue FOR VALUES IN ('pending');
CREATE TABLE sync_queue_processing PARTITION OF sync_queue FOR VALUES IN ('processing');
CREATE TABLE sync_queue_completed PARTITION OF sync_queue FOR VALUES IN ('completed');
CREATE TABLE sync_queue_failed PARTITION OF sync_queue FOR VALUES IN ('failed');

CREATE INDEX idx_activity_entity ON activity_logs (entity_id, entity_type);
CREATE INDEX idx_activity_user ON activity_logs (user_id, created_at DESC);
CREATE INDEX idx_activity_job ON activity_logs (job_id, created_at DESC) WHERE job_id IS NOT NULL;
CREATE INDEX idx_activity_created ON activity_logs (created_at, id);
CREATE INDEX idx_activity_change ON activity_logs (change_xid);

CREATE INDEX idx_sync_queue_user ON sync_queue (user_id, status);
CREATE INDEX idx_sync_queue_status ON sync_queue (status, created_at) WHERE status = 'pending';
CREATE INDEX idx_sync_queue_created ON sync_queue (created_at);
CREATE INDEX idx_sync_queue_device ON sync_queue (device_id, client_seq);
-- What is done to a row whose operations wait, waits behind them.
CREATE INDEX idx_sync_queue_waiting ON sync_queue_pending (entity_id);

-- Some functions below run with the rights of the schema's owner, so that the service's role need not own a table. They do
-- nothing for anybody who could not do the like by statements of their own.
CREATE FUNCTION require_right(p_table TEXT, p_right TEXT) RETURNS VOID AS $$
BEGIN
    IF NOT has_table_privilege(session_user, p_table, p_right) THEN
        RAISE EXCEPTION '% has no right to % on %', session_user, p_right, p_table USING ERRCODE = 'insufficient_privilege';
    END IF;
END;
$$ LANGUAGE plpgsql STABLE;

-- Makes the partitions of this month and of the coming ones; what the default partition holds for them moves over.
-- Returns how many it made.
CREATE FUNCTION ensure_activity_log_partitions(p_months_ahead INTEGER DEFAULT 3) RETURNS INTEGER AS $$
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
$$ LANGUAGE plpgsql;

-- Drops the monthly partitions that end at or before the given time. Returns how many.
CREATE FUNCTION drop_activity_log_partitions(p_before TIMESTAMP WITH TIME ZONE) RETURNS INTEGER AS $$
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
$$ LANGUAGE plpgsql;

SELECT ensure_activity_log_partitions();
