using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace KhsCrm.TestKit;

/// <summary>Another program's transaction, held open: it has run its statement, and holds what that locked, until it is ended.</summary>
[SuppressMessage("Security", "CA2100", Justification = "The tests' own statements.")]
public sealed class HeldTransaction : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly CancellationToken _cancellation;

    private HeldTransaction(
        NpgsqlDataSource dataSource, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        (_dataSource, _connection, _transaction, _cancellation) = (dataSource, connection, transaction, cancellationToken);

    /// <summary>Begins one and runs its statement.</summary>
    public static async Task<HeldTransaction> BeginAsync(NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new HeldTransaction(dataSource, connection, transaction, cancellationToken);
    }

    /// <summary>The sync point: completes when another session waits for this one.</summary>
    /// <param name="victim">What is to wait, where the test has it: if it ends it has not waited, and this fails.</param>
    /// <param name="at">What is to be in the statement that waits.</param>
    public async Task WaitForVictimAsync(Task? victim = null, string at = "")
    {
        await using var command = _dataSource.CreateCommand(
            $"""
            SELECT EXISTS (SELECT FROM pg_stat_activity
                WHERE {_connection.ProcessID} = ANY(pg_blocking_pids(pid)) AND position('{at}' IN query) > 0)
            """);
        while (!(bool)(await command.ExecuteScalarAsync(_cancellation))!)
        {
            if (victim is { IsCompleted: true })
                throw new InvalidOperationException("Nothing has waited for the transaction.");
        }
    }

    /// <summary>Commits.</summary>
    public Task CommitAsync() => _transaction.CommitAsync(_cancellation);

    /// <summary>Lets go of all it holds.</summary>
    public Task RollbackAsync() => _transaction.RollbackAsync(_cancellation);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
