using KhsCrm.EndToEnd.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>
/// Promises 1 to 4 and 9 while a fleet of servers is replaced: devices go back and forth between a server that does not know a
/// kind and one that does, others write, and the history of everything is checked.
/// </summary>
public sealed class TwoVersionTests
{
    // At each of the two servers, over four devices.
    private const int Streams = 40;

    private static readonly EntityType[] NewApp =
    [
        EntityType.User, EntityType.Customer, EntityType.Job, EntityType.JobAssignment, EntityType.Material, EntityType.JobStatusHistory,
    ];

    [Fact]
    public async Task Devices_that_go_between_two_versions_lose_nothing_and_are_shown_nothing_else()
    {
        await using var rig = await CrashRig.StartAsync();
        await using var older = ChildProcess.Start(
            "KhsCrm.OlderServer.dll", [], environment: [("ConnectionStrings__KhsCrm", rig.ConnectionString)]);
        var url = (await older.WaitForLineAsync("ready "))["ready ".Length..];
        await using var recorded = await RecordedFleet.StartAsync(rig, [url], NewApp);
        while (recorded.FewestStreams < Streams)
            await Task.Delay(20, TestContext.Current.CancellationToken);

        var verdict = await recorded.FinishAsync();

        Assert.True(verdict.IsKept, $"{verdict}");
    }

    [Fact]
    public async Task Devices_that_come_to_rest_at_the_older_server_lack_the_kind()
    {
        await using var rig = await CrashRig.StartAsync();
        await using var older = ChildProcess.Start(
            "KhsCrm.OlderServer.dll", [], environment: [("ConnectionStrings__KhsCrm", rig.ConnectionString)]);
        var url = (await older.WaitForLineAsync("ready "))["ready ".Length..];
        await using var recorded = await RecordedFleet.StartAsync(rig, [rig.Url], NewApp, restsAt: url);

        var verdict = await recorded.FinishAsync();

        // The rows of the kind are missing on every device that named it.
        Assert.False(verdict.IsKept);
    }
}
