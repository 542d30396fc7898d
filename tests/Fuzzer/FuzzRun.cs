using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;
using KhsCrm.Fuzzer.Traffic;
using KhsCrm.TestKit.History;

namespace KhsCrm.Fuzzer;

/// <summary>One run: starts everything, lets the callers loose, and judges.</summary>
internal static class FuzzRun
{
    private const string Findings = "artifacts/fuzz";
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(FuzzOptions options, CancellationToken interrupt)
    {
        await using var target = await FuzzTarget.StartAsync(interrupt);
        List<GrpcChannel> channels = [];
        var report = new FuzzReport();
        var clock = Stopwatch.StartNew();
        try
        {
            await AttackAsync(target, options, report, Connect, interrupt);
        }
        finally
        {
            foreach (var channel in channels)
                channel.Dispose();
        }

        if (target.HasExited)
            report.Found(new FuzzFinding("the server process has ended", target.Errors, null));
        await report.TellAsync(options.Seed, Findings, target.LogOf);
        await report.WriteAsync(options.Seed, clock.Elapsed);
        return report.Findings == 0 ? 0 : 1;

        CallInvoker Connect()
        {
            var channel = GrpcChannel.ForAddress(target.Url, new GrpcChannelOptions { MaxReceiveMessageSize = null });
            channels.Add(channel);
            return channel.CreateCallInvoker();
        }
    }

    private static async Task AttackAsync(
        FuzzTarget target, FuzzOptions options, FuzzReport report, Func<CallInvoker> connect, CancellationToken interrupt)
    {
        var pool = new Pool();
        var checker = new HistoryChecker();
        var worker = await WorkerIdAsync(target, interrupt);
        var writers = new SqlTraffic(target.DataSource, checker, worker);
        await writers.PrepareAsync(interrupt);
        await Accounts.PrepareAsync(target.DataSource, pool, interrupt);
        var others = new HostileSql(target.DataSource, report, pool, options.Seed);
        await others.PrepareAsync(interrupt);
        using var ended = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        stop.CancelAfter(TimeSpan.FromSeconds(options.Seconds));
        var neighbours = new Neighbours(connect, checker, report, writers, worker, options.Seed);
        neighbours.Start(ended.Token);
        List<Task> attack =
        [
            Task.Run(() => writers.RunAsync(TimeSpan.FromMilliseconds(100), stop.Token), CancellationToken.None),
            Task.Run(() => others.RunAsync(stop.Token), CancellationToken.None),
        ];
        for (var i = 0; i < options.Workers; i++)
        {
            var hostile = new Hostile(connect(), Accounts.Hostile[i % Accounts.Hostile.Length], pool, report, options.Seed, i);
            attack.Add(Task.Run(() => hostile.RunAsync(stop.Token), CancellationToken.None));
        }

        await WatchAsync(target, options, report, neighbours, stop);
        await Task.WhenAll(attack);
        if (!target.HasExited)
        {
            using var hung = new CancellationTokenSource(Hung);
            await neighbours.SettleAsync(hung.Token);
        }

        await ended.CancelAsync();
        await neighbours.StopAsync();
        neighbours.Count();
        var state = await DatabaseStateReader.ReadAsync(target.DataSource, [Accounts.HonestOwnerId, worker], CancellationToken.None);
        var verdict = checker.Finish(state, neighbours.Devices);
        await Console.Out.WriteLineAsync($"history: {verdict.Acknowledged} operations acknowledged, {verdict.Checkpoints} checkpoints, {verdict.Changes} changes");
        foreach (var finding in verdict.Findings)
            report.Found(new FuzzFinding($"history: {finding.Kind}", $"{finding}", null));
    }

    // Kills backends now and then, and says how far it is.
    private static async Task WatchAsync(
        FuzzTarget target, FuzzOptions options, FuzzReport report, Neighbours neighbours, CancellationTokenSource stop)
    {
        var sinceKill = Stopwatch.StartNew();
        var sinceWord = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested && !target.HasExited && report.Messages < options.Messages)
        {
            await Task.Delay(200, CancellationToken.None);
            neighbours.Count();
            await report.TellAsync(options.Seed, Findings, target.LogOf);
            if (options.Kills && sinceKill.Elapsed > BetweenKills)
            {
                await target.KillBackendAsync(CancellationToken.None);
                sinceKill.Restart();
            }

            if (sinceWord.Elapsed > TimeSpan.FromSeconds(30))
            {
                await Console.Error.WriteLineAsync($"{report.Messages} messages, {report.Findings} findings so far");
                sinceWord.Restart();
            }
        }

        await stop.CancelAsync();
    }

    private static async Task<string> WorkerIdAsync(FuzzTarget target, CancellationToken cancellationToken)
    {
        await using var command = target.DataSource.CreateCommand("SELECT id FROM users WHERE email = 'worker1@khscrm.com'");
        return $"{(Guid)(await command.ExecuteScalarAsync(cancellationToken))!}";
    }
}
