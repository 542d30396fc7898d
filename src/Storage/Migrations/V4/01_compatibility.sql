-- A server that meets a migration which it does not know serves only if the migration says so here. Migrations that only add,
-- and are of no concern to the version before, insert a row with the last migration that such a server must know.
CREATE TABLE schema_compatibility (
    migration_id TEXT PRIMARY KEY,
    oldest_server TEXT NOT NULL
);
COMMENT ON TABLE schema_compatibility IS 'Which servers may run on a migration that they do not know: those that know the migration oldest_server.';

-- This one is such a migration.
INSERT INTO schema_compatibility VALUES ('20261130130000_V4SchemaCompatibility', '20261130060000_V3Promises');
