namespace KhsCrm.SyncClient.Store;

/// <content>
/// Version 4: a device knows that it was revoked and by what proof it wipes itself, a sign-in is told apart from the one before,
/// sessions are ended on the server when there is a network, rows that cannot be stored are counted, and an operation of the outbox says whether its row shows it.
/// </content>
internal static partial class StoreSchema
{
    private const string Version4 = """
        ALTER TABLE device ADD COLUMN is_revoked INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE device ADD COLUMN wipe_digest BLOB;
        ALTER TABLE session ADD COLUMN sign_in INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE ended_session (refresh_token TEXT NOT NULL PRIMARY KEY, server_address TEXT NOT NULL);
        CREATE TABLE set_aside (entity_type INTEGER NOT NULL, entity_id TEXT NOT NULL, PRIMARY KEY (entity_type, entity_id));
        ALTER TABLE outbox ADD COLUMN is_shown INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE outbox ADD COLUMN is_given_up INTEGER NOT NULL DEFAULT 0;
        UPDATE outbox SET is_shown = 0 WHERE state = 5;
        CREATE TABLE erasure (one INTEGER PRIMARY KEY CHECK (one = 1));
        """;
}
