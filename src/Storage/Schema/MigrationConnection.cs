using System.Globalization;
using Npgsql;

namespace KhsCrm.Storage.Schema;

/// <summary>Runs parts of a migration, each in a transaction that holds the lock of migrations: nothing stays with the session.</summary>
internal sealed class MigrationConnection(string connectionString) : IAsyncDisposable
{
    // A migration may take long. A lock that it waits for has a timeout of its own.
    private const int Unlimited = 0;

    private readonly NpgsqlDataSource _dataSource = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { NoResetOnClose = true, CommandTimeout = Unlimited, MaxPoolSize = 1 });

    /// <summary>What a database says of its schema.</summary>
    public Task<SchemaRecord> ReadAsync(CancellationToken cancellationToken) => SchemaRecord.ReadAsync(_dataSource, cancellationToken);

    /// <summary>Why a database whose migrations fit does not fit all the same; null when it does.</summary>
    public Task<string?> FindFaultAsync(SchemaColumns columns, CancellationToken cancellationToken) =>
        columns.FindFaultAsync(_dataSource, cancellationToken);

    /// <summary>Applies a migration.</summary>
    /// <returns>False when it was applied before.</returns>
    public async Task<bool> ApplyAsync(string id, string script, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await BeginAsync(connection, lockTimeout, cancellationToken);
        if (await IsAppliedAsync(connection, id, cancellationToken))
            return false;
        await ExecuteAsync(connection, script, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Runs a statement.</summary>
    public async Task<bool> RunAsync(TimeSpan lockTimeout, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await BeginAsync(connection, lockTimeout, cancellationToken);
        await ExecuteAsync(connection, sql, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    // Another migration is waited for as long as it takes, tables are not.
    private static async Task<NpgsqlTransaction> BeginAsync(
        NpgsqlConnection connection, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var milliseconds = lockTimeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        await ExecuteAsync(
            connection,
            $"""
            SET LOCAL lock_timeout = 0;
            SET LOCAL statement_timeout = 0;
            SET LOCAL synchronous_commit = on;
            SELECT pg_advisory_xact_lock(hashtext('khscrm.migrate'));
            SET LOCAL lock_timeout = {milliseconds}
            """,
            cancellationToken);
        return transaction;
    }

    // READ COMMITTED: asked after the lock, so it sees what its holder committed.
    private static async Task<bool> IsAppliedAsync(NpgsqlConnection connection, string id, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("""SELECT to_regclass('"__EFMigrationsHistory"') IS NOT NULL""", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            return false;
        await using var applied = new NpgsqlCommand("""SELECT EXISTS (SELECT FROM "__EFMigrationsHistory" WHERE "MigrationId" = $1)""", connection);
        applied.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return await applied.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The project's own migrations.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
