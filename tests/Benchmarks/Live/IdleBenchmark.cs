using KhsCrm.Benchmarks.Report;
using Npgsql;

namespace KhsCrm.Benchmarks.Live;

/// <summary>
/// What streams cost that nothing is written for: bytes of server and client memory over those of raw gRPC streams in the
/// same process, and statements over those of a server with one stream, whose own (the poll of its pump) are a number of
/// their own.
/// </summary>
internal static class IdleBenchmark
{
    public static async Task RunAsync(
        BenchDatabase database, Arguments arguments, BenchReport report, CancellationToken cancellationToken)
    {
        var streams = arguments.Number("streams", 10_000);
        double raw;
        await using (var server = await RawServer.StartAsync(cancellationToken))
        {
            await (await FanoutBenchmark.OpenAsync(server, 1, new Deliveries(1, 1), cancellationToken)).DisposeAsync();
            raw = await WeighAsync(streams, () => FanoutBenchmark.OpenAsync(server, streams, new Deliveries(1, 1), cancellationToken));
        }

        await using var ours = await BenchServer.StartAsync(database, cancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var one = await FanoutBenchmark.OpenAsync(ours, 1, new Deliveries(1, 1), cancellationToken);
        var time = TimeSpan.FromSeconds(arguments.Number("seconds", 40));
        var constant = await StatementCount.TakeAsync(dataSource, time, cancellationToken);
        await one.DisposeAsync();
        var statements = constant;
        var weight = await WeighAsync(streams, async () =>
        {
            var opened = await FanoutBenchmark.OpenAsync(ours, streams, new Deliveries(1, 1), cancellationToken);
            statements = await StatementCount.TakeAsync(dataSource, time, cancellationToken);
            return opened;
        });

        Console.WriteLine($"{streams} streams: {weight:0} bytes each, raw {raw:0}.");
        Console.WriteLine($"Statements in {time.TotalSeconds:0} s with one stream and with {streams}:");
        constant.Print(statements);
        report.Add(new Scenario("idle.memory", weight - raw, "bytes a stream over raw gRPC", Goal: 25_000));
        report.Add(new Scenario(
            "idle.sql", Math.Max(0, statements.Total - constant.Total) / (streams * time.TotalMinutes), "statements a minute and device", Goal: 0));
        report.Add(new Scenario("idle.sql.server", statements.Total / time.TotalMinutes, "statements a minute of the server itself"));
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
}
