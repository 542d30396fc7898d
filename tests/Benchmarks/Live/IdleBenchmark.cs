using KhsCrm.Benchmarks.Report;
using Npgsql;

namespace KhsCrm.Benchmarks.Live;

/// <summary>
/// What streams cost that nothing is written for: bytes of server and client memory over those of raw gRPC streams in the
/// same process, and statements over those of a server with one stream.
/// </summary>
internal static class IdleBenchmark
{
    public static async Task RunAsync(
        BenchDatabase database, Arguments arguments, BenchReport report, CancellationToken cancellationToken)
    {
        var streams = arguments.Number("streams", 10_000);
        var seconds = arguments.Number("seconds", 40);
        double raw;
        await using (var server = await RawServer.StartAsync(cancellationToken))
        {
            await (await FanoutBenchmark.OpenAsync(server, 1, new Deliveries(1, 1), cancellationToken)).DisposeAsync();
            raw = await WeighAsync(streams, () => FanoutBenchmark.OpenAsync(server, streams, new Deliveries(1, 1), cancellationToken));
        }

        await using var ours = await BenchServer.StartAsync(database, cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var one = await FanoutBenchmark.OpenAsync(ours, 1, new Deliveries(1, 1), cancellationToken);
        var constant = await CountAsync(dataSource, seconds, cancellationToken);
        await one.DisposeAsync();
        var transactions = 0.0;
        var weight = await WeighAsync(streams, async () =>
        {
            var opened = await FanoutBenchmark.OpenAsync(ours, streams, new Deliveries(1, 1), cancellationToken);
            transactions = await CountAsync(dataSource, seconds, cancellationToken);
            return opened;
        });

        Console.WriteLine($"{streams} streams: {weight:0} bytes each, raw {raw:0}; {transactions} transactions in {seconds} s, with one stream {constant}.");
        report.Add(new Scenario("idle.memory", weight - raw, "bytes a stream over raw gRPC", Goal: 25_000));
        report.Add(new Scenario(
            "idle.sql", Math.Max(0, transactions - constant) / streams * 60 / seconds, "statements a minute and device", Goal: 0));
    }

    private static async Task<double> WeighAsync(int streams, Func<Task<StreamSet>> openAsync)
    {
        var before = Weigh();
        await using var opened = await openAsync();
        return (Weigh() - before) / (double)streams;
    }

    private static long Weigh()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    // Transactions of the whole database; a lone statement is one. PostgreSQL reports those that touch no table, as the poll
    // does, only together with one that does: what a device would ask for itself all reads tables.
    private static async Task<double> CountAsync(NpgsqlDataSource dataSource, int seconds, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(15), cancellationToken);
        var before = await ReadAsync(dataSource, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        return await ReadAsync(dataSource, cancellationToken) - before;
    }

    private static async Task<long> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
