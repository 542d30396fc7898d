-- The service's role owns no table, and keeps the partitions all the same: with the rights of the schema's owner.
ALTER FUNCTION ensure_activity_log_partitions(INTEGER) SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION drop_activity_log_partitions(TIMESTAMP WITH TIME ZONE) SECURITY DEFINER SET search_path = public, pg_temp;
