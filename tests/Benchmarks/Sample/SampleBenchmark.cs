using System.Diagnostics;
using KhsCrm.Development.SampleData;
using Npgsql;

namespace KhsCrm.Benchmarks.Sample;

/// <summary>Loads sample data of any size.</summary>
internal static class SampleBenchmark
{
    public static async Task RunAsync(BenchDatabase database, Arguments arguments, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var size = new SampleSize(
            arguments.Number("customers", 25), arguments.Number("jobs", 40), arguments.Number("materials", 200));
        var start = Stopwatch.GetTimestamp();
        var report = await SampleDataLoader.LoadAsync(dataSource, size, cancellationToken);
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / (1024 * 1024);
        Console.WriteLine($"{report.Summary}; {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s, peak {peak} MiB");
    }
}
