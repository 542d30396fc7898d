using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>The store's schema: one step a version, applied in order, all in one transaction with the version's number.</summary>
internal static partial class StoreSchema
{
    private static readonly Action<StoreConnection>[] Migrations =
    [
        connection => connection.Execute(Version1),
        MigrateToVersion2,
        connection => connection.Execute(Version3),
        connection => connection.Execute(Version4),
        MigrateToVersion5,
    ];

    /// <summary>The version that this library writes.</summary>
    public static int Latest => Migrations.Length;

    /// <summary>Brings a store up to <see cref="Latest"/>.</summary>
    /// <exception cref="KhsCrmException">The store was written by a newer version of the library.</exception>
    public static void Migrate(StoreConnection connection)
    {
        if (Version(connection) == Latest)
            return;
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            // Read again: another process may have migrated while this one waited.
            var version = Version(connection);
            if (version > Latest)
                throw new KhsCrmException($"The store has version {version}; this app knows versions up to {Latest}. Update the app.")
                {
                    Reason = ErrorReason.StoreTooNew,
                };
            foreach (var migrate in Migrations[(int)version..])
                migrate(connection);
            connection.Execute($"PRAGMA user_version = {Latest}");
            connection.Execute("COMMIT");
        }
        catch
        {
            connection.Execute("ROLLBACK");
            throw;
        }
    }

    private static long Version(StoreConnection connection) =>
        connection.Prepare("PRAGMA user_version").ExecuteScalar() ?? 0;
}
