-- Job status: which changes are allowed (DESIGN §8), and the history of them, the first status included.

CREATE FUNCTION check_job_status_transition() RETURNS TRIGGER AS $$
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
$$ LANGUAGE plpgsql;

-- An unknown status is left to check_job_status, which says it better.
CREATE TRIGGER check_job_status_transition BEFORE UPDATE ON jobs FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN
        ('NOT_STARTED', 'IN_PROGRESS', 'WAITING_ON_MATERIALS', 'COMPLETED', 'ON_HOLD'))
    EXECUTE FUNCTION check_job_status_transition();

-- A cached plan for one row must not join 10,000 rows by a nested loop: transition tables have no index.
CREATE FUNCTION track_job_status_change() RETURNS TRIGGER AS $$
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
$$ LANGUAGE plpgsql SET enable_nestloop = off;

CREATE TRIGGER track_job_first_status AFTER INSERT ON jobs
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION track_job_status_change();
CREATE TRIGGER track_job_status AFTER UPDATE ON jobs
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION track_job_status_change();
