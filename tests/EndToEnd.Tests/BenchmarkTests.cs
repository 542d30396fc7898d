using System.Text.Json;
using KhsCrm.EndToEnd.Tests.Kit;
using KhsCrm.TestKit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>The benchmarks run, and report what they say they do. How fast anything is says a machine that has nothing else to do.</summary>
public sealed class BenchmarkTests
{
    [Theory]
    [InlineData(
        "push --operations 1000 --singles 10 --streams 10 --plain 2 --rounds 1 --warm-up 1000", "push.batched", "push.single", "push.plain")]
    [InlineData("pull --customers 20 --jobs 40 --materials 200 --rounds 1 --warm-up 1", "pull.wire", "pull.sqlite", "pull.gzip")]
    [InlineData("fanout --streams 3 --changes 4 --single 2 --rounds 1", "fanout.3", "fanout.3.p50", "fanout.3.p99")]
    [InlineData("client --customers 20 --jobs 40 --materials 200", "client.first_sync", "client.query.search", "client.store")]
    [InlineData("rpc --customers 50 --jobs 100 --materials 500 --rounds 2", "rpc.customer_get", "rpc.job_list_assigned.p99", "rpc.activity_user")]
    public async Task A_benchmark_measures_and_reports(string benchmark, params string[] scenarios)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(TestContext.Current.CancellationToken);
        var report = Path.Combine(Path.GetTempPath(), $"khscrm-bench-{Guid.NewGuid():N}.json");
        try
        {
            await using var process = ChildProcess.Start(
                "KhsCrm.Benchmarks.dll", [.. benchmark.Split(' '), "--connection", database.ConnectionString, "--report", report]);

            var exitCode = await process.WaitForExitAsync();

            Assert.True(exitCode == 0, $"{exitCode}: {process.Output}{process.Errors}");
            using var measured = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
            foreach (var scenario in scenarios)
                Assert.True(measured.RootElement.GetProperty(scenario).GetProperty("value").GetDouble() > 0, scenario);
        }
        finally
        {
            File.Delete(report);
        }
    }
}
