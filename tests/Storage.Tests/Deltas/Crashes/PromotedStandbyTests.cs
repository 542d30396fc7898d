using KhsCrm.Storage.Schema;
using KhsCrm.TestKit;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Clusters.HistoryDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>A standby that is promoted and killed before its first checkpoint begins its new timeline twice.</summary>
public sealed class PromotedStandbyTests
{
    [Fact]
    public async Task A_promoted_standby_killed_before_its_first_checkpoint_loses_nothing()
    {
        await using var primaryServer = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(primaryServer.ConnectionString, Cancellation);
        await using var standbyServer = await primaryServer.StartStandbyAsync(Cancellation);
        await using var primary = Of(primaryServer);
        await using var standby = Of(standbyServer);
        await primary.AddAsync("both");
        var device = primary.Device();
        await device.SyncAsync();
        await standbyServer.CatchUpAsync(primaryServer, Cancellation);
        await primaryServer.CrashAsync(Cancellation);
        await standbyServer.PromoteAsync(Cancellation);

        device = standby.Device(device);
        await standby.RunAsync("SELECT pg_current_xact_id()");
        await CrashTests.SyncOrResyncAsync(device);
        await standbyServer.CrashAsync(Cancellation);
        await standbyServer.StartAgainAsync(Cancellation);
        standby.DataSource.Clear();
        await standby.AddAsync("after");
        await CrashTests.SyncOrResyncAsync(device);

        Assert.Equal(["after", "both"], Names(device));
    }
}
