using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Benchmarks.Report;
using KhsCrm.Development.SampleData;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Benchmarks.Push;

/// <summary>
/// Durable, audited operations a second over real streams, beside the floor of the same run. How many connections are best
/// for the floor is found first. Then all parts write as much at a time and take turns, and of each ratio the round with the
/// median counts.
/// </summary>
internal static class PushBenchmark
{
    private const int BatchSize = 1_000;
    private const int BatchedStreams = 4;
    private const int BatchesInFlight = 4;
    private const int MaxConnections = 4;

    public static async Task RunAsync(BenchDatabase database, BenchReport report, Arguments arguments, CancellationToken cancellationToken)
    {
        var operations = arguments.Number("operations", 60_000);
        var singles = arguments.Number("singles", 20_000);
        var streams = arguments.Number("streams", 1_000);
        var plain = arguments.Number("plain", 1_000);
        var warmUp = arguments.Number("warm-up", 80_000);
        var rounds = arguments.Number("rounds", 5);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        var workload = await LoadAsync(
            dataSource, (2 * warmUp) + (MaxConnections * operations) + (rounds * ((3 * operations) + singles)) + plain, cancellationToken);
        await using var server = await ServerProcess.StartAsync(database.ConnectionString, cancellationToken);
        using var channel = Connect(server.Address);
        var credentials = await SignInAsync(channel, cancellationToken);

        // The server's code is compiled, and compiled again where it is hot, while it runs.
        await MeasureAsync(server, channel, credentials, workload, streams, warmUp / 4, 1, 1, cancellationToken);
        await MeasureAsync(server, channel, credentials, workload, BatchedStreams, warmUp, BatchSize, BatchesInFlight, cancellationToken);
        var (connections, best) = (1, 0.0);
        for (var number = 1; number <= MaxConnections; number++)
        {
            var rate = await FloorAsync(number, withLedger: true);
            Say($"floor on {number} connections {rate:0} operations/s");
            (connections, best) = rate > best ? (number, rate) : (connections, best);
        }

        var measured = new List<Round>();
        while (measured.Count < rounds)
        {
            var round = new Round(
                await FloorAsync(connections, withLedger: true),
                await MeasureAsync(
                    server, channel, credentials, workload, BatchedStreams, operations, BatchSize, BatchesInFlight, cancellationToken),
                await FloorAsync(connections, withLedger: false),
                await MeasureAsync(server, channel, credentials, workload, streams, singles, 1, 1, cancellationToken));
            Say($"floor {round.Floor:0}, batched {round.Batched}");
            Say($"floor without the ledger's rows {round.Bare:0}, single {round.Single}");
            measured.Add(round);
        }

        var batched = measured.Median(round => round.Batched.Rate / round.Floor);
        var bare = measured.Median(round => round.Batched.Rate / round.Bare);
        var single = measured.Median(round => round.Single.Rate / round.Batched.Rate);
        var one = await PushFloor.RunAsync(dataSource, workload, 1, plain, 1, withLedger: false, cancellationToken);
        Say($"plain, one row a transaction on one connection: {one:0} operations/s");
        report.Add(new Scenario("push.batched", batched.Batched.Rate, "operations/s", batched.Floor, Goal: 0.8));
        report.Add(new Scenario("push.batched.bare", bare.Batched.Rate, "operations/s", bare.Bare));
        report.Add(new Scenario("push.single", single.Single.Rate, "operations/s", single.Batched.Rate, Goal: 0.5));
        report.Add(new Scenario("push.plain", one, "operations/s"));
        report.Add(new Scenario("push.batched.cpu", batched.Batched.Microseconds, "µs/operation"));
        report.Add(new Scenario("push.batched.allocated", batched.Batched.Bytes, "bytes/operation"));
        report.Add(new Scenario("push.single.cpu", single.Single.Microseconds, "µs/operation"));
        report.Add(new Scenario("push.single.allocated", single.Single.Bytes, "bytes/operation"));

        Task<double> FloorAsync(int onConnections, bool withLedger) =>
            PushFloor.RunAsync(dataSource, workload, onConnections, operations, BatchSize, withLedger, cancellationToken);
    }

    private static async Task<PushWorkload> LoadAsync(NpgsqlDataSource dataSource, int operations, CancellationToken cancellationToken)
    {
        // Four of ten buy a material, each its own; most of the sample is bought already.
        await SampleDataLoader.LoadAsync(dataSource, new SampleSize(500, 2_000, Math.Max(10_000, 2 * operations)), cancellationToken);
        var jobs = await IdsAsync(dataSource, "SELECT id FROM jobs ORDER BY id", cancellationToken);
        var open = await IdsAsync(dataSource, "SELECT id FROM materials WHERE NOT purchased AND NOT is_deleted ORDER BY random()", cancellationToken);
        return new PushWorkload(jobs, open);
    }

    private static async Task<Measured> MeasureAsync(
        ServerProcess server, GrpcChannel channel, Metadata credentials, PushWorkload workload, int streams, int operations, int batchSize,
        int inFlight, CancellationToken cancellationToken)
    {
        var opened = new List<PushStream>();
        try
        {
            foreach (var chunk in Enumerable.Range(0, streams).Chunk(50))
                opened.AddRange(await Task.WhenAll(chunk.Select(_ => PushStream.OpenAsync(channel, credentials, cancellationToken))));
            var each = Math.Max(1, operations / batchSize / streams);
            var batches = Encode(workload, streams, each, batchSize);
            var before = await server.UsageAsync(cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(opened.Select((stream, i) => Task.Run(() => stream.PushAsync(batches[i], batchSize, inFlight, cancellationToken), cancellationToken)));
            var elapsed = Stopwatch.GetElapsedTime(start);
            var after = await server.UsageAsync(cancellationToken);
            var done = (double)each * batchSize * streams;
            return new Measured(done / elapsed.TotalSeconds, (after.Microseconds - before.Microseconds) / done, (after.Bytes - before.Bytes) / done);
        }
        finally
        {
            foreach (var stream in opened)
                stream.Dispose();
        }
    }

    // Dealt out a batch at a time: devices that push at the same moment write the notes of different jobs, as the floor does.
    private static byte[][][] Encode(PushWorkload workload, int streams, int batches, int batchSize)
    {
        var encoded = Array.ConvertAll(new byte[streams][][], _ => new byte[batches][]);
        for (var batch = 0; batch < batches; batch++)
        {
            for (var stream = 0; stream < streams; stream++)
                encoded[stream][batch] = PushStream.Encode(workload.Next(batchSize, 1 + (batch * batchSize)));
        }

        return encoded;
    }

    private static GrpcChannel Connect(string address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = null,
    });

    private static async Task<Metadata> SignInAsync(GrpcChannel channel, CancellationToken cancellationToken)
    {
        var login = await new AuthService.AuthServiceClient(channel).LoginAsync(
            new LoginRequest { Email = "owner@khscrm.com", Password = "owner-demo-1" }, cancellationToken: cancellationToken);
        return new Metadata { { "authorization", $"Bearer {login.Tokens.AccessToken}" } };
    }

    private static async Task<Guid[]> IdsAsync(NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Guid> ids = [];
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return [.. ids];
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>What the parts of a round gave, one after the other.</summary>
    private sealed record Round(double Floor, Measured Batched, double Bare, Measured Single);

    /// <summary>What pushes gave.</summary>
    private sealed record Measured(double Rate, double Microseconds, double Bytes)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Rate:0} operations/s, server {Microseconds:0.0} µs and {Bytes:0} bytes an operation");
    }
}
