using KhsCrm.Benchmarks.Live;
using KhsCrm.Benchmarks.Report;
using KhsCrm.Development.SampleData;
using Npgsql;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>
/// First sync: rows a second over the wire, against COPY of the same tables, and into a device's file, against the same
/// rows upserted with nothing around it; and what gzip saves and costs. All parts of a round take turns, and of each ratio
/// the round with the median counts. The reader reads in the same process, so that its share of the CPU is in every number.
/// </summary>
internal static class PullBenchmark
{
    public static async Task RunAsync(
        BenchDatabase database, Arguments arguments, BenchReport report, CancellationToken cancellationToken)
    {
        var size = new SampleSize(
            arguments.Number("customers", 10_000), arguments.Number("jobs", 40_000), arguments.Number("materials", 400_000));
        var rounds = arguments.Number("rounds", 5);
        var warmUp = arguments.Number("warm-up", 2);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await SampleDataLoader.LoadAsync(dataSource, size, cancellationToken);
        await using (var analyze = dataSource.CreateCommand("VACUUM ANALYZE"))
        {
            analyze.CommandTimeout = 0;
            await analyze.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var server = await BenchServer.StartAsync(database, cancellationToken);
        var token = await server.SignInAsync(cancellationToken);
        var measured = new List<Round>();
        for (var number = 1 - warmUp; number <= rounds; number++)
        {
            var round = await MeasureAsync(dataSource, server.Address, token, cancellationToken);
            Console.WriteLine($"{(number > 0 ? $"round {number}" : "warm-up")}:\n{round}");
            if (number > 0)
                measured.Add(round);
        }

        var wire = measured.Median(round => round.Wire.PerSecond / round.Copy.PerSecond);
        var sqlite = measured.Median(round => round.Sqlite.PerSecond / round.SqliteFloor.PerSecond);
        var gzip = measured.Median(round => round.Gzip.PerSecond / round.Wire.PerSecond);
        report.Add(new Scenario("pull.wire", wire.Wire.PerSecond, "rows/s", wire.Copy.PerSecond, Goal: 0.4));
        report.Add(new Scenario("pull.sqlite", sqlite.Sqlite.PerSecond, "rows/s", sqlite.SqliteFloor.PerSecond, Goal: 0.6));
        report.Add(new Scenario("pull.gzip", gzip.Gzip.PerSecond, "rows/s; floor: without gzip", gzip.Wire.PerSecond));
        report.Add(new Scenario("pull.gzip.bytes", gzip.Gzip.BytesOfRow, "bytes a row; floor: without gzip", gzip.Wire.BytesOfRow));
        report.Add(new Scenario(
            "pull.gzip.cpu", gzip.Gzip.MicrosecondsOfRow, "us a row, server and reader; floor: without gzip", gzip.Wire.MicrosecondsOfRow));
        // On a link that carries fewer plain rows a second than gzip makes, gzip is the faster of the two.
        report.Add(new Scenario(
            "pull.gzip.pays", gzip.Gzip.PerSecond * gzip.Wire.BytesOfRow * 8 / 1e6, "Mbit/s: on links below it gzip is faster"));
    }

    private static async Task<Round> MeasureAsync(
        NpgsqlDataSource dataSource, string address, string token, CancellationToken cancellationToken)
    {
        var copy = await CopyFloor.RunAsync(dataSource, cancellationToken);
        var wire = await WireReader.RunAsync(address, token, isCompressed: false, cancellationToken);
        var gzip = await WireReader.RunAsync(address, token, isCompressed: true, cancellationToken);
        using var folder = new ScratchFolder();
        var sqlite = await DeviceSync.RunAsync(address, folder.Device, cancellationToken);
        return new Round(copy, wire, gzip, sqlite, DeviceFloor.Run(folder.Device, folder.Floor));
    }

    /// <summary>What the parts of a round gave, one after the other.</summary>
    private sealed record Round(Measured Copy, Measured Wire, Measured Gzip, Measured Sqlite, Measured SqliteFloor)
    {
        public override string ToString() =>
            $"  copy {Copy}\n  wire {Wire}\n  wire, gzip {Gzip}\n  sqlite {Sqlite}\n  sqlite floor {SqliteFloor}";
    }
}
