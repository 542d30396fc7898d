using Npgsql;

namespace KhsCrm.Storage.Durability;

/// <summary>
/// Transactions whose commit is acknowledged only when it is durable (DESIGN §1.8), whatever the database, the role or a
/// pooler has set for the session: the setting is made inside the transaction.
/// </summary>
public static class DurableTransaction
{
    /// <summary>
    /// The statement to run inside the transaction, before its commit. Only raises the setting: <c>remote_apply</c> promises
    /// more and stays.
    /// </summary>
    public const string Raise = """
        SELECT set_config('synchronous_commit', 'on', true)
        WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')
        """;

    /// <summary>Begins a transaction that commits durably.</summary>
    public static async Task<NpgsqlTransaction> BeginDurableTransactionAsync(
        this NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var raise = new NpgsqlCommand(Raise, connection);
        await raise.ExecuteNonQueryAsync(cancellationToken);
        return transaction;
    }

    /// <summary>
    /// Commits, and waits for as long as it takes. Npgsql's own commit has the timeout of a command, and cancels: PostgreSQL
    /// then stops waiting for its synchronous standbys and reports success. A connection that breaks still ends the wait.
    /// </summary>
    /// <exception cref="CommitUnconfirmedException">An administrator, or a timeout of the role, cancelled the wait.</exception>
    public static async Task CommitDurablyAsync(this NpgsqlTransaction transaction)
    {
        using var watch = new CommitWatch(transaction.Connection!);
        await using var commit = new NpgsqlCommand("COMMIT", transaction.Connection) { CommandTimeout = 0 };
        await commit.ExecuteNonQueryAsync(CancellationToken.None);
        watch.ThrowIfUnconfirmed();
    }

    /// <summary>Runs one statement in a durable transaction of its own.</summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="command">The statement, without a connection.</param>
    /// <param name="readAsync">Reads what it returns, before the commit.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    internal static async Task<T> WriteDurablyAsync<T>(
        this NpgsqlDataSource dataSource,
        NpgsqlCommand command,
        Func<NpgsqlDataReader, Task<T>> readAsync,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginDurableTransactionAsync(cancellationToken);
        command.Connection = connection;
        T result;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            result = await readAsync(reader);
        await transaction.CommitDurablyAsync();
        return result;
    }
}
