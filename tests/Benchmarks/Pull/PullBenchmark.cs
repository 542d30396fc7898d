using KhsCrm.Benchmarks.Live;
using KhsCrm.Benchmarks.Report;
using KhsCrm.Storage.SampleData;
using Npgsql;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>
/// First sync: rows a second over the wire, against COPY of the same tables, and into a device's file, against the same
/// rows upserted with nothing around it; and what gzip saves and costs. Each number is the best of its rounds, which take
/// turns. The reader reads in the same process, so that its share of the CPU is in every number.
/// </summary>
internal static class PullBenchmark
{
    public static async Task RunAsync(
        BenchDatabase database, Arguments arguments, BenchReport report, CancellationToken cancellationToken)
    {
        var size = new SampleSize(
            arguments.Number("customers", 5_000), arguments.Number("jobs", 10_000), arguments.Number("materials", 100_000));
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await SampleDataLoader.LoadAsync(dataSource, size, cancellationToken);
        await using (var analyze = dataSource.CreateCommand("VACUUM ANALYZE"))
        {
            analyze.CommandTimeout = 0;
            await analyze.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var server = await BenchServer.StartAsync(database, cancellationToken);
        var token = await server.SignInAsync(cancellationToken);
        var (wire, gzip, copy) = (new Rate("wire"), new Rate("wire, gzip"), new Rate("copy"));
        var (sqlite, floor) = (new Rate("sqlite"), new Rate("sqlite floor"));
        // The first round warms everything up and does not count.
        for (var round = 0; round <= arguments.Number("rounds", 3); round++)
        {
            copy.Add(round, await CopyFloor.RunAsync(dataSource, cancellationToken));
            wire.Add(round, await WireReader.RunAsync(server.Address, token, isCompressed: false, cancellationToken));
            gzip.Add(round, await WireReader.RunAsync(server.Address, token, isCompressed: true, cancellationToken));
            using var folder = new ScratchFolder();
            sqlite.Add(round, await DeviceSync.RunAsync(server.Address, folder.Device, cancellationToken));
            floor.Add(round, DeviceFloor.Run(folder.Device, folder.Floor));
        }

        report.Add(new Scenario("pull.wire", wire.Best.PerSecond, "rows/s", copy.Best.PerSecond, Goal: 0.4));
        report.Add(new Scenario("pull.sqlite", sqlite.Best.PerSecond, "rows/s", floor.Best.PerSecond, Goal: 0.6));
        report.Add(new Scenario("pull.gzip", gzip.Best.PerSecond, "rows/s; floor: without gzip", wire.Best.PerSecond));
        report.Add(new Scenario("pull.gzip.bytes", gzip.Best.BytesOfRow, "bytes a row; floor: without gzip", wire.Best.BytesOfRow));
        report.Add(new Scenario(
            "pull.gzip.cpu", gzip.Best.MicrosecondsOfRow, "us a row, server and reader; floor: without gzip", wire.Best.MicrosecondsOfRow));
        // On a link that carries fewer plain rows a second than gzip makes, gzip is the faster of the two.
        report.Add(new Scenario(
            "pull.gzip.pays", gzip.Best.PerSecond * wire.Best.BytesOfRow * 8 / 1e6, "Mbit/s: on links below it gzip is faster"));
    }
}
