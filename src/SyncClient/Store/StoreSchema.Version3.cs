namespace KhsCrm.SyncClient.Store;

/// <content>Version 3: the audit trail is found by its age, so that what is too old can be forgotten.</content>
internal static partial class StoreSchema
{
    private const string Version3 = "CREATE INDEX activity_log_created ON activity_log (created_at)";
}
