using System.Globalization;
using System.Text.Json;
using KhsCrm.Benchmarks.Push;
using KhsCrm.Development.SampleData;
using Npgsql;

namespace KhsCrm.Benchmarks.Cost;

/// <summary>
/// What an operation and a live change cost, in measures that a busy machine hardly moves: processor time, allocations, WAL and
/// flushes. Runs a round for each line on its input, and answers with a line of JSON, so that two builds can take turns
/// (<see cref="CostComparison"/>).
/// </summary>
internal static class CostBenchmark
{
    public static async Task RunAsync(BenchDatabase database, Arguments arguments, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await SampleDataLoader.LoadAsync(dataSource, new SampleSize(200, 1_000, 240_000), cancellationToken);
        await using var server = await ServerProcess.StartAsync(database.ConnectionString, cancellationToken);
        var meter = new CostMeter(dataSource, server);
        using var load = await CostLoad.StartAsync(dataSource, server.Address, cancellationToken);
        var operations = arguments.Number("operations", 4_000);
        var changes = arguments.Number("changes", 1_000);
        // The server's code is compiled, and compiled again where it is hot, while it runs.
        for (var i = 0; i < arguments.Number("warm-up", 4); i++)
            await RoundAsync();
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync(cancellationToken) is not null)
            Console.WriteLine(JsonSerializer.Serialize(await RoundAsync()));

        async Task<SortedDictionary<string, double>> RoundAsync()
        {
            var costs = new SortedDictionary<string, double>(StringComparer.Ordinal);
            await MeasureAsync("push.batched", operations, () => load.PushAsync(operations, batchSize: 500, cancellationToken));
            await MeasureAsync("push.single", operations / 8, () => load.PushAsync(operations / 8, batchSize: 1, cancellationToken));
            await MeasureAsync("live.sql", changes, () => load.WriteAsync(changes, cancellationToken));
            await MeasureAsync("idle", 1, () => Task.Delay(TimeSpan.FromSeconds(2), cancellationToken));
            return costs;

            async Task MeasureAsync(string name, int count, Func<Task> work)
            {
                var before = await meter.ReadAsync(cancellationToken);
                await work();
                var after = await meter.ReadAsync(cancellationToken);
                foreach (var (measure, value) in after)
                    costs[$"{name}.{measure}"] = (value - before[measure]) / count;
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {costs[$"{name}.server µs"]:0} µs"));
            }
        }
    }
}
