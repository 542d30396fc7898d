using System.Diagnostics.CodeAnalysis;
using KhsCrm.Storage.Durability;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>
/// Runs statements one by one, each in a transaction of its own, one server at a time. The lock is the transaction's: a
/// lock of the session would stay for ever on a connection of a pooler, and need an unlock when the connection breaks.
/// </summary>
internal sealed class MaintenanceSteps(NpgsqlConnection connection, CancellationToken cancellationToken)
{
    // Rows a statement deletes, so that none holds its locks for long.
    private const int Portion = 5_000;

    /// <summary>Runs a statement.</summary>
    /// <returns>What it returns; null when another server is at it.</returns>
    public async Task<T?> TryAsync<T>(string sql, params object[] values)
        where T : struct
    {
        await using var transaction = await connection.BeginDurableTransactionAsync(cancellationToken);
        if (!await ScalarAsync<bool>("SELECT pg_try_advisory_xact_lock(hashtext('khscrm.retention'))"))
            return null;
        var result = await ScalarAsync<T>(sql, values);
        await transaction.CommitDurablyAsync();
        return result;
    }

    /// <summary>Deletes portion by portion what is older than an age; nothing if it is null.</summary>
    public async Task<long> PurgeAsync(string sql, TimeSpan? age)
    {
        long purged = 0;
        int? portion = age is null ? null : Portion;
        while (portion == Portion)
        {
            portion = await TryAsync<int>(sql, age!.Value, Portion);
            purged += portion ?? 0;
        }

        return purged;
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements of DatabaseMaintenance and Forgotten.")]
    private async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        // A restored database is stamped anew, a new month takes over what was written for it.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
