using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using KhsCrm.Development.SampleData;
using Npgsql;

namespace KhsCrm.Benchmarks.Audit;

/// <summary>
/// What the triggers cost: each workload with them on and off in turn, rolled back each time, the best round of each.
/// Off means ALTER TABLE … DISABLE TRIGGER USER in the same transaction; foreign keys stay.
/// </summary>
[SuppressMessage("Security", "CA2100", Justification = "The statements are this program's own.")]
internal static class AuditBenchmark
{
    private const int Jobs = 2_000;

    public static async Task RunAsync(BenchDatabase database, Arguments arguments, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var rows = arguments.Number("rows", 10_000);
        var single = arguments.Number("single", 2_000);
        var rounds = arguments.Number("rounds", 5);
        await SampleDataLoader.LoadAsync(dataSource, new SampleSize(500, Jobs, 2 * rows), cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        Console.WriteLine("| statement | rows | on, µs a row | off, µs a row | ratio |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        foreach (var workload in Workload.All)
        {
            var count = workload.IsSingle ? single : workload.Sql.Contains("{0}", StringComparison.Ordinal) ? rows : Jobs;
            var (on, off) = (double.MaxValue, double.MaxValue);
            for (var round = 0; round < rounds; round++)
            {
                on = Math.Min(on, await TimeAsync(connection, workload, count, true, cancellationToken));
                off = Math.Min(off, await TimeAsync(connection, workload, count, false, cancellationToken));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {workload.Name} | {count} | {on:0.0} | {off:0.0} | {on / off:0.0} |"));
        }
    }

    // In microseconds a row.
    private static async Task<double> TimeAsync(
        NpgsqlConnection connection, Workload workload, int count, bool on, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!on)
        {
            await ExecuteAsync(connection, "ALTER TABLE materials DISABLE TRIGGER USER", cancellationToken);
            await ExecuteAsync(connection, "ALTER TABLE jobs DISABLE TRIGGER USER", cancellationToken);
        }

        var ids = await ReadIdsAsync(connection, workload.Table, cancellationToken);
        var statements = workload.IsSingle ? count : 1;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < statements; i++)
        {
            var sql = string.Format(CultureInfo.InvariantCulture, workload.Sql, count, i, ids[i % ids.Count]);
            await ExecuteAsync(connection, sql, cancellationToken);
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        await transaction.RollbackAsync(cancellationToken);
        return elapsed.TotalMicroseconds / count;
    }

    private static async Task<List<Guid>> ReadIdsAsync(
        NpgsqlConnection connection, string? table, CancellationToken cancellationToken)
    {
        if (table is null)
            return [Guid.Empty];
        await using var command = new NpgsqlCommand($"SELECT id FROM {table}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Guid> ids = [];
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return ids;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
