using Npgsql;

namespace KhsCrm.Storage.Durability;

/// <summary>Batches on connections that keep prepared statements.</summary>
internal static class PreparedStatements
{
    /// <summary>
    /// Runs batches on a connection of a pool. When one fails or is broken off, the pool's connections are closed if they keep
    /// statements; those in use, once they are returned.
    /// </summary>
    /// <remarks>
    /// A failure amid a batch keeps the statements behind it from being prepared, and Npgsql does not notice. Where one was to take
    /// the name of another that it replaces, its next use would meet the other, and rows be read as what they are not.
    /// </remarks>
    public static async Task<T> UseAsync<T>(
        this NpgsqlDataSource connections, Func<NpgsqlConnection, Task<T>> useAsync, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
        try
        {
            return await useAsync(connection);
        }
        catch
        {
            // This one is closed with the others, because it is returned after them.
            if (new NpgsqlConnectionStringBuilder(connections.ConnectionString).MaxAutoPrepare > 0)
                connections.Clear();
            throw;
        }
    }
}
