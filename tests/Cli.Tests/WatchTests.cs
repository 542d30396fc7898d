using KhsCrm.Cli.Sync;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Tests;

/// <summary>What a watch says of the connection.</summary>
public sealed class WatchTests
{
    [Theory]
    [InlineData(SyncState.Live, SyncState.Offline, "offline: the server asked this device to connect again.")]
    [InlineData(SyncState.CatchingUp, SyncState.Offline, "offline: the server asked this device to connect again.")]
    [InlineData(SyncState.Offline, SyncState.Offline, null)]
    [InlineData(SyncState.Offline, SyncState.Connecting, "connecting")]
    [InlineData(SyncState.CatchingUp, SyncState.Live, "live")]
    public void Each_turn_has_a_line(SyncState last, SyncState state, string? line) =>
        Assert.Equal(line, WatchCommand.Describe(new ClientStatus(state), last));

    [Fact]
    public void A_failure_says_what_failed() =>
        Assert.Equal(
            "offline: The store failed. Trying again.",
            WatchCommand.Describe(new(SyncState.Offline, Failure: new KhsCrmException("The store failed.")), SyncState.Live));
}
