using KhsCrm.Storage.Durability;
using Npgsql;

namespace KhsCrm.Storage.Schema;

/// <summary>The history of a database, as cursors know it.</summary>
public static class DatabaseHistory
{
    /// <summary>
    /// Begins a new history, so that every cursor becomes invalid and each device takes everything anew. Needed after an old
    /// image of the disk was put back without recovery to a new timeline: no cursor can tell that from its own past.
    /// </summary>
    /// <param name="connectionString">A role that may delete tombstones, such as the service's.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The id of the new history.</returns>
    public static async Task<Guid> BeginAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var require = new NpgsqlCommand(DurableCommit.Require, connection))
            await require.ExecuteNonQueryAsync(cancellationToken);
        await using var begin = new NpgsqlCommand("SELECT begin_history()", connection);
        var id = (Guid)(await begin.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitDurablyAsync();
        return id;
    }
}
