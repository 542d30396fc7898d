using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Benchmarks.Live;
using KhsCrm.Benchmarks.Report;
using KhsCrm.Development.SampleData;
using Npgsql;

namespace KhsCrm.Benchmarks.Rpc;

/// <summary>
/// The latency of each RPC that reads, one call at a time, beside that of the bare SQL: the call adds HTTP/2, who the caller is
/// (a query of its own), and the messages.
/// </summary>
internal static class RpcBenchmark
{
    public static async Task RunAsync(
        BenchDatabase database, Arguments arguments, BenchReport report, CancellationToken cancellationToken)
    {
        var size = new SampleSize(
            arguments.Number("customers", 100_000), arguments.Number("jobs", 200_000), arguments.Number("materials", 2_000_000));
        var rounds = arguments.Number("rounds", 500);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        Console.WriteLine((await SampleDataLoader.LoadAsync(dataSource, size, cancellationToken)).Summary);
        await ExecuteAsync(dataSource, "VACUUM ANALYZE", cancellationToken);
        await using var find = dataSource.CreateCommand("SELECT id FROM users WHERE email = 'worker1@khscrm.com'");
        var worker = (Guid)(await find.ExecuteScalarAsync(cancellationToken))!;

        await using var server = await BenchServer.StartAsync(database, cancellationToken);
        using var channel = GrpcChannel.ForAddress(server.Address);
        var wire = channel.CreateCallInvoker();
        var options = new CallOptions(
            new Metadata { { "authorization", $"Bearer {await server.SignInAsync(cancellationToken)}" } }, cancellationToken: cancellationToken);
        foreach (var rpc in ReadRpc.All(size, worker))
        {
            var (call, sql) = (new double[rounds], new double[rounds]);
            // A tenth more first, to warm up. In turns, so that a noisy minute hits both.
            for (var turn = -rounds / 10; turn < rounds; turn++)
            {
                var index = turn + (rounds / 10);
                var calling = await TimeAsync(async () => await rpc.CallAsync(wire, index, options));
                var asking = await TimeAsync(() => AskAsync(dataSource, rpc, index, cancellationToken));
                if (turn >= 0)
                    (call[turn], sql[turn]) = (calling, asking);
            }

            report.Add(new Scenario($"rpc.{rpc.Name}", Percentile(call, 50), "ms, p50", Percentile(sql, 50)));
            report.Add(new Scenario($"rpc.{rpc.Name}.p99", Percentile(call, 99), "ms, p99", Percentile(sql, 99)));
        }
    }

    private static async Task AskAsync(NpgsqlDataSource dataSource, ReadRpc rpc, int turn, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        rpc.Write(command, turn);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var values = new object[reader.FieldCount];
        while (await reader.ReadAsync(cancellationToken))
            reader.GetValues(values);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Percentile(double[] values, int percent)
    {
        Array.Sort(values);
        return values[Math.Min(values.Length - 1, values.Length * percent / 100)];
    }

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
