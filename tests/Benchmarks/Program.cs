using KhsCrm.Benchmarks;
using KhsCrm.Benchmarks.Audit;
using KhsCrm.Benchmarks.Client;
using KhsCrm.Benchmarks.Cost;
using KhsCrm.Benchmarks.Live;
using KhsCrm.Benchmarks.Plans;
using KhsCrm.Benchmarks.Pull;
using KhsCrm.Benchmarks.Push;
using KhsCrm.Benchmarks.Report;
using KhsCrm.Benchmarks.Rpc;
using KhsCrm.Benchmarks.Sample;

// Benchmarks BENCHMARK [--connection STRING] [options]: the database is made and migrated if it is not.
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupt.Cancel();
};
var arguments = Arguments.Parse(args);
if (arguments is { Verb: "serve", Connection: { } served })
{
    await ServerProcess.ServeAsync(served);
    return 0;
}

if (arguments is { Verb: "compare" } && arguments.Options.ContainsKey("before"))
    return await CostComparison.RunAsync(arguments, interrupt.Token);

Func<BenchDatabase, BenchReport, Task>? benchmark = arguments.Verb switch
{
    "audit" => (database, _) => AuditBenchmark.RunAsync(database, arguments, interrupt.Token),
    "client" => (database, report) => ClientBenchmark.RunAsync(database, report, arguments, interrupt.Token),
    "cost" => (database, _) => CostBenchmark.RunAsync(database, arguments, interrupt.Token),
    "fanout" => (database, report) => FanoutBenchmark.RunAsync(database, arguments, report, interrupt.Token),
    "idle" => (database, report) => IdleBenchmark.RunAsync(database, arguments, report, interrupt.Token),
    "plans" => (database, _) => PlansBenchmark.RunAsync(database, interrupt.Token),
    "push" => (database, report) => PushBenchmark.RunAsync(database, report, arguments, interrupt.Token),
    "pull" => (database, report) => PullBenchmark.RunAsync(database, arguments, report, interrupt.Token),
    "rpc" => (database, report) => RpcBenchmark.RunAsync(database, arguments, report, interrupt.Token),
    "sample" => (database, _) => SampleBenchmark.RunAsync(database, arguments, interrupt.Token),
    _ => null,
};
if (benchmark is null)
    return Arguments.Explain();
await using var bench = await BenchDatabase.OpenAsync(arguments, arguments.Verb == "idle", interrupt.Token);
var report = new BenchReport(arguments.Options.GetValueOrDefault("report") ?? "artifacts/bench.json");
await benchmark(bench, report);
await report.WriteAsync(interrupt.Token);
return 0;
