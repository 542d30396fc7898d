namespace KhsCrm.SyncClient.Store;

/// <content>Version 1. Never changed: stores of it are out there.</content>
internal static partial class StoreSchema
{
    // Entity tables: "server" is the row as the server last sent it, NULL for a row that exists only here; "local" is
    // the row with the pending operations on top, NULL when there are none; "hidden" says that a pending deletion hides
    // the row; the other columns are what queries filter and sort by, taken from the row that a person sees.
    private const string Version1 = """
        CREATE TABLE device (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          device_id TEXT NOT NULL,
          owner_id TEXT,
          server_address TEXT,
          next_client_seq INTEGER NOT NULL DEFAULT 1,
          checkpoint_client_seq INTEGER NOT NULL DEFAULT 0,
          cursor BLOB,
          generation INTEGER NOT NULL DEFAULT 1,
          is_resyncing INTEGER NOT NULL DEFAULT 0,
          last_checkpoint_at INTEGER
        );
        CREATE TABLE session (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          user BLOB NOT NULL,
          tokens BLOB,
          is_ended INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE outbox (
          position INTEGER PRIMARY KEY AUTOINCREMENT,
          operation_id BLOB NOT NULL UNIQUE,
          client_seq INTEGER UNIQUE,
          state INTEGER NOT NULL,
          entity_type INTEGER NOT NULL,
          entity_id BLOB NOT NULL,
          operation BLOB NOT NULL,
          user_id TEXT NOT NULL,
          queued_at INTEGER NOT NULL,
          status BLOB,
          server_row BLOB,
          conflicting_fields TEXT,
          settled_version INTEGER
        );
        CREATE INDEX outbox_row ON outbox (entity_type, entity_id, position);
        CREATE INDEX outbox_state ON outbox (state, position);
        CREATE TABLE conflict (
          operation_id BLOB PRIMARY KEY,
          entity_type INTEGER NOT NULL,
          entity_id BLOB NOT NULL,
          fields TEXT NOT NULL,
          operation BLOB NOT NULL,
          overwritten BLOB NOT NULL,
          recorded_at INTEGER NOT NULL
        );
        CREATE TABLE user (
          id BLOB NOT NULL PRIMARY KEY, server BLOB, local BLOB, hidden INTEGER NOT NULL, generation INTEGER NOT NULL,
          name TEXT NOT NULL COLLATE NOCASE, role INTEGER NOT NULL, is_active INTEGER NOT NULL
        );
        CREATE TABLE customer (
          id BLOB NOT NULL PRIMARY KEY, server BLOB, local BLOB, hidden INTEGER NOT NULL, generation INTEGER NOT NULL,
          name TEXT NOT NULL COLLATE NOCASE, is_archived INTEGER NOT NULL, updated_at INTEGER NOT NULL,
          search TEXT NOT NULL
        );
        CREATE INDEX customer_name ON customer (name, id);
        CREATE TABLE job (
          id BLOB NOT NULL PRIMARY KEY, server BLOB, local BLOB, hidden INTEGER NOT NULL, generation INTEGER NOT NULL,
          customer_id BLOB, status INTEGER NOT NULL, title TEXT NOT NULL COLLATE NOCASE,
          start_date INTEGER NOT NULL, updated_at INTEGER NOT NULL
        );
        CREATE INDEX job_customer ON job (customer_id);
        CREATE INDEX job_updated ON job (updated_at, id);
        CREATE TABLE job_assignment (
          id BLOB NOT NULL PRIMARY KEY, server BLOB, local BLOB, hidden INTEGER NOT NULL, generation INTEGER NOT NULL,
          job_id BLOB, user_id BLOB, assigned_at INTEGER NOT NULL
        );
        CREATE INDEX job_assignment_job ON job_assignment (job_id, user_id);
        CREATE INDEX job_assignment_user ON job_assignment (user_id);
        CREATE TABLE material (
          id BLOB NOT NULL PRIMARY KEY, server BLOB, local BLOB, hidden INTEGER NOT NULL, generation INTEGER NOT NULL,
          job_id BLOB, item_name TEXT NOT NULL COLLATE NOCASE, purchased INTEGER NOT NULL, is_deleted INTEGER NOT NULL,
          created_at INTEGER NOT NULL
        );
        CREATE INDEX material_job ON material (job_id);
        CREATE TABLE job_status_history (
          id BLOB NOT NULL PRIMARY KEY, server BLOB, local BLOB, hidden INTEGER NOT NULL, generation INTEGER NOT NULL,
          job_id BLOB, changed_at INTEGER NOT NULL
        );
        CREATE INDEX job_status_history_job ON job_status_history (job_id);
        CREATE TABLE activity_log (
          id BLOB NOT NULL PRIMARY KEY, server BLOB, local BLOB, hidden INTEGER NOT NULL, generation INTEGER NOT NULL,
          job_id BLOB, entity_id BLOB, created_at INTEGER NOT NULL
        );
        CREATE INDEX activity_log_job ON activity_log (job_id);
        """;
}
