using KhsCrm.Benchmarks;
using KhsCrm.Benchmarks.Audit;
using KhsCrm.Benchmarks.Plans;
using KhsCrm.Benchmarks.Sample;

// Benchmarks BENCHMARK --connection STRING [options]: the database is made and migrated if it is not.
using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupt.Cancel();
};
var arguments = Arguments.Parse(args);
return arguments.Verb switch
{
    "audit" => await AuditBenchmark.RunAsync(arguments, interrupt.Token),
    "plans" => await PlansBenchmark.RunAsync(arguments, interrupt.Token),
    "sample" => await SampleBenchmark.RunAsync(arguments, interrupt.Token),
    _ => Arguments.Explain(),
};
