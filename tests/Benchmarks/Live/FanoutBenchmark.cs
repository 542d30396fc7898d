using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Benchmarks.Report;
using KhsCrm.Benchmarks.Wire;
using KhsCrm.SyncServer.Live;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace KhsCrm.Benchmarks.Live;

/// <summary>
/// Deliveries of committed changes to live streams, against a raw gRPC broadcast of the same bytes: same process, same
/// connections, same run. Changes are committed as a server commits what many devices push, several in a transaction and a few
/// transactions at a time, and then one by one for the latency.
/// </summary>
internal static class FanoutBenchmark
{
    // More than are under way: a row that changes twice in one window is delivered once.
    private const int Customers = 256;
    private const int Writers = 4;
    private const int ChangesTogether = 16;

    public static async Task RunAsync(
        BenchDatabase database, Arguments arguments, BenchReport report, CancellationToken cancellationToken)
    {
        var sizes = (arguments.Options.GetValueOrDefault("streams") ?? "1000,5000,10000").Split(',');
        foreach (var size in sizes.Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
            await RunAsync(database, size, arguments.Number("changes", Math.Max(100, 1_000_000 / size)), arguments, report, cancellationToken);
    }

    /// <summary>Opens our streams and catches them up.</summary>
    public static async Task<StreamSet> OpenAsync(
        BenchServer server, int count, Deliveries deliveries, CancellationToken cancellationToken)
    {
        var streams = new StreamSet(server.Address, SyncStreamMethod.OfBytes, count);
        var token = await server.SignInAsync(cancellationToken);
        await streams.OpenAsync(
            _ => Hello().ToByteArray(),
            new Metadata { { "authorization", $"Bearer {token}" } },
            static bytes => SyncStreamResponse.Parser.ParseFrom(bytes).Delta is { Checkpoint: true },
            deliveries,
            cancellationToken);
        return streams;
    }

    /// <summary>Opens raw streams.</summary>
    public static async Task<StreamSet> OpenAsync(
        RawServer server, int count, Deliveries deliveries, CancellationToken cancellationToken)
    {
        var streams = new StreamSet(server.Address, RawService.Method, count);
        await streams.OpenAsync(_ => Hello().ToByteArray(), [], static _ => true, deliveries, cancellationToken);
        return streams;
    }

    private static async Task RunAsync(
        BenchDatabase database, int streams, int changes, Arguments arguments, BenchReport report, CancellationToken cancellationToken)
    {
        var rounds = arguments.Number("rounds", 3);
        var single = Math.Min(changes, arguments.Number("single", 20));
        // A few warm sessions, as a server has that commits what many devices push.
        await using var dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            MaxPoolSize = Writers,
            MaxAutoPrepare = 10,
        });
        var customers = await AddCustomersAsync(dataSource, cancellationToken);
        var total = rounds * (changes + single);
        var (ours, raws) = (new Deliveries(streams, total), new Deliveries(streams, total));
        await using var server = await BenchServer.StartAsync(database, cancellationToken);
        await using var raw = await RawServer.StartAsync(cancellationToken);
        await using var ourStreams = await OpenAsync(server, streams, ours, cancellationToken);
        await using var rawStreams = await OpenAsync(raw, streams, raws, cancellationToken);
        var commits = server.Services.GetRequiredService<Commits>();
        Func<int[], Task> commitAsync = async group =>
        {
            using var write = commits.Begin(deviceId: null);
            await using var command = dataSource.CreateCommand(
                "UPDATE customers c SET notes = r.notes FROM unnest($1, $2) AS r(id, notes) WHERE c.id = r.id");
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. group.Select(change => customers[change % Customers])] });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. group.Select(Deliveries.Text)] });
            Array.ForEach(group, ours.Send);
            await command.ExecuteNonQueryAsync(cancellationToken);
        };
        Func<int[], Task> broadcastAsync = group =>
        {
            Array.ForEach(group, raws.Send);
            foreach (var change in group)
                raw.Hub.Broadcast(Message(change).ToByteArray());
            return Task.CompletedTask;
        };

        var (ourRate, rawRate) = (0.0, 0.0);
        var (ourSingles, rawSingles) = (new List<double>(), new List<double>());
        var next = 0;
        for (var round = 0; round < rounds; round++)
        {
            ourRate = Math.Max(ourRate, streams * await RateAsync(ours, commitAsync, next, changes, Writers, ChangesTogether, cancellationToken));
            rawRate = Math.Max(rawRate, streams * await RateAsync(raws, broadcastAsync, next, changes, Writers, ChangesTogether, cancellationToken));
            next += changes;
            ours.Forget();
            raws.Forget();
            await RateAsync(ours, commitAsync, next, single, 1, 1, cancellationToken);
            await RateAsync(raws, broadcastAsync, next, single, 1, 1, cancellationToken);
            next += single;
            ourSingles.AddRange([ours.Percentile(0.5), ours.Percentile(0.99)]);
            rawSingles.AddRange([raws.Percentile(0.5), raws.Percentile(0.99)]);
        }

        report.Add(new Scenario($"fanout.{streams}", ourRate, "deliveries/s", rawRate, Goal: 0.8));
        report.Add(new Scenario($"fanout.{streams}.p50", Best(ourSingles, 0), "ms, commit to device", Best(rawSingles, 0)));
        report.Add(new Scenario($"fanout.{streams}.p99", Best(ourSingles, 1), "ms, commit to device", Best(rawSingles, 1)));
    }

    private static double Best(List<double> pairs, int of) => pairs.Where((_, i) => i % 2 == of).Min();

    // Changes a second; each goes to all streams.
    private static async Task<double> RateAsync(
        Deliveries deliveries,
        Func<int[], Task> sendAsync,
        int first,
        int count,
        int writers,
        int together,
        CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var groups = new ConcurrentQueue<int[]>(Enumerable.Range(first, count).Chunk(together));
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async _ =>
        {
            while (groups.TryDequeue(out var group))
            {
                await sendAsync(group);
                foreach (var change in group)
                    await deliveries.CompleteAsync(change, cancellationToken);
            }
        }));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static SyncStreamRequest Hello() => new()
    {
        Hello = new Hello { DeviceId = $"{Guid.CreateVersion7()}", AppVersion = "bench/1", ProtocolVersion = 1, NextClientSeq = 1 },
    };

    // What a stream gets of the same change: an entity, a cursor of the usual size, the checkpoint.
    private static SyncStreamResponse Message(int change) => new()
    {
        Delta = new Delta
        {
            Changes =
            {
                new Change
                {
                    Entity = new Entity
                    {
                        Customer = new Customer
                        {
                            Id = $"{Guid.Empty}",
                            Name = "Fan-out",
                            Address = "1 Main St",
                            Notes = Deliveries.Text(change),
                            CreatedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UnixEpoch.AddYears(50).AddTicks(1230)),
                            UpdatedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.UnixEpoch.AddYears(50).AddTicks(1230)),
                            UpdatedById = $"{Guid.Empty}",
                        },
                    },
                },
            },
            Cursor = ByteString.CopyFrom(new byte[75]),
            Checkpoint = true,
            Progress = new Progress { Sent = 1, EstimatedTotal = 1 },
        },
    };

    private static async Task<List<Guid>> AddCustomersAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"INSERT INTO customers (name, address) SELECT 'Fan-out', '1 Main St' FROM generate_series(1, {Customers}) RETURNING id");
        List<Guid> ids = [];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return ids;
    }
}
