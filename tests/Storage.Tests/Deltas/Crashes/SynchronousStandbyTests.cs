using KhsCrm.Storage.Schema;
using KhsCrm.Storage.Tests.Deltas.Clusters;
using KhsCrm.TestKit;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Clusters.HistoryDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>
/// A primary whose commits wait for a standby, and crashes while the COMMIT of a read's proof waits for it: nothing of the read is
/// shown, whether the standby takes over or the primary comes back.
/// </summary>
public sealed class SynchronousStandbyTests : IAsyncLifetime
{
    private HistoryServer _primaryServer = null!;
    private HistoryServer _standbyServer = null!;
    private HistoryDatabase _primary = null!;
    private HistoryDatabase _standby = null!;

    public async ValueTask InitializeAsync()
    {
        _primaryServer = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(_primaryServer.ConnectionString, Cancellation);
        _standbyServer = await _primaryServer.StartStandbyAsync(Cancellation);
        (_primary, _standby) = (Of(_primaryServer), Of(_standbyServer));
        await _primary.AddAsync("both");
    }

    public async ValueTask DisposeAsync()
    {
        await _primary.DisposeAsync();
        await _standby.DisposeAsync();
        await _standbyServer.DisposeAsync();
        await _primaryServer.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_proof_that_waits_for_a_standby_through_a_crash_shows_nothing(bool takesOver)
    {
        var device = await WriteCarelesslyAsync();

        var read = device.SyncAsync();
        while (await CountAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 0)
            await Task.Delay(20, Cancellation);
        Assert.False(read.IsCompleted);
        await _primaryServer.CrashAsync(Cancellation);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => read);
        Assert.Equal(["both"], Names(device));
        var next = takesOver ? await PromoteAsync() : await ComeBackAsync();
        device = next.Device(device);
        await next.AddAsync("next");
        await CrashTests.SyncOrResyncAsync(device);
        Assert.Equal(await next.NamesAsync(), Names(device));
    }

    [Fact]
    public async Task Without_a_proof_a_device_is_shown_what_the_standby_never_has()
    {
        await _primary.RunAsync(
            "CREATE OR REPLACE FUNCTION prove_durable(p_place pg_lsn) RETURNS boolean AS 'BEGIN RETURN false; END' LANGUAGE plpgsql VOLATILE");
        var device = await WriteCarelesslyAsync();

        await device.SyncAsync();

        Assert.Equal(["both", "careless"], Names(device));
        await _primaryServer.CrashAsync(Cancellation);
        Assert.Equal(["both"], await (await PromoteAsync()).NamesAsync());
    }

    // The standby is deaf by then.
    private async Task<DeltaDevice> WriteCarelesslyAsync()
    {
        var device = _primary.Device();
        await device.SyncAsync();
        await _standbyServer.CatchUpAsync(_primaryServer, Cancellation);
        await _standbyServer.StopFollowingAsync(_primaryServer, Cancellation);
        await _primary.RunAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        // A commit soon after a mere reload may not know yet that it has to wait.
        await _primaryServer.CrashAsync(Cancellation);
        await _primaryServer.StartAgainAsync(Cancellation);
        _primary.DataSource.Clear();
        await _primary.RunAsync(
            "BEGIN; SET LOCAL synchronous_commit = off; INSERT INTO customers (name, address) VALUES ('careless', 'a'); COMMIT");
        return device;
    }

    private async Task<HistoryDatabase> PromoteAsync()
    {
        await _standbyServer.PromoteAsync(Cancellation);
        return _standby;
    }

    private async Task<HistoryDatabase> ComeBackAsync()
    {
        await _primaryServer.StartAgainAsync(Cancellation);
        _primary.DataSource.Clear();
        await _primary.RunAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await _primary.RunAsync("SELECT pg_reload_conf()");
        return _primary;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var command = _primary.DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
