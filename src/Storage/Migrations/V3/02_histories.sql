-- An image of the disk that goes on with its own timeline is the one past that a cursor cannot tell from its own (DESIGN §4).
-- After such a restore an operator begins a new history: `khscrm history new`.

CREATE TABLE sync_histories (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT sync_histories_pkey PRIMARY KEY (id),
    CONSTRAINT check_sync_histories_times
        CHECK (begun_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999')
);

-- The cluster, the database in it, this table of timelines in that, and the history that an operator began, if any.
CREATE OR REPLACE FUNCTION database_identity() RETURNS TEXT AS $$
BEGIN
    RETURN (SELECT concat_ws('.', s.system_identifier, d.oid, 'sync_timelines'::regclass::oid,
            (SELECT left(replace(h.id::text, '-', ''), 16) FROM sync_histories h ORDER BY h.begun_at DESC, h.id LIMIT 1))
        FROM pg_control_system() s, pg_database d WHERE d.datname = current_database());
END;
$$ LANGUAGE plpgsql STABLE;

-- Makes every cursor invalid: each device takes everything anew. Its unsent edits stay.
CREATE FUNCTION begin_history() RETURNS UUID AS $$
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
$$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp;
