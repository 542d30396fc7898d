using Npgsql;

namespace KhsCrm.Storage.Durability;

/// <summary>What connections that keep prepared statements do after a batch that did not come to its end.</summary>
internal static class PreparedStatements
{
    /// <summary>
    /// Closes the pool's connections if they keep statements, those in use once they are returned. An error or a cancellation amid a batch keeps the
    /// statements behind it from being prepared, and Npgsql does not notice: where it gave one the name of another that it replaced,
    /// the next use would run the other, and read its rows as what they are not. To be called before the connection of the batch
    /// is returned.
    /// </summary>
    public static void ForgetPrepared(this NpgsqlDataSource connections)
    {
        if (new NpgsqlConnectionStringBuilder(connections.ConnectionString).MaxAutoPrepare > 0)
            connections.Clear();
    }
}
