-- When which transactions had ended. A tombstone is dated when its statement ran and seen when its transaction committed,
-- which may be days later: how long it was visible is told by the marks, not by its date.
CREATE TABLE tombstone_marks (
    taken_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
    -- Whatever is below it had ended.
    oldest_xid xid8 NOT NULL DEFAULT pg_snapshot_xmin(pg_current_snapshot()),
    -- The transactions of another database, from before a restore of a dump, say nothing here.
    system_identifier VARCHAR(64) NOT NULL DEFAULT database_identity(),
    CONSTRAINT tombstone_marks_pkey PRIMARY KEY (taken_at),
    CONSTRAINT check_tombstone_marks_times
        CHECK (taken_at AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999')
);

-- Forgets up to p_limit tombstones that have been visible for longer than p_age.
CREATE FUNCTION purge_tombstones(p_age INTERVAL, p_limit INTEGER) RETURNS INTEGER AS $$
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
$$ LANGUAGE plpgsql;

-- Notes a moment, and forgets the marks that no purge will ask for any more.
CREATE FUNCTION mark_tombstones(p_age INTERVAL) RETURNS BOOLEAN AS $$
BEGIN
    INSERT INTO tombstone_marks DEFAULT VALUES;
    DELETE FROM tombstone_marks m
    WHERE m.system_identifier <> database_identity()
        OR m.taken_at < (SELECT max(k.taken_at) FROM tombstone_marks k WHERE k.taken_at < now() - p_age);
    RETURN true;
END;
$$ LANGUAGE plpgsql;
