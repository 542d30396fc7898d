using KhsCrm.TestKit;
using Xunit;

namespace KhsCrm.SyncServer.Tests.TestKit;

public sealed class SyncPointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_side_waits_for_the_other()
    {
        var point = new SyncPoint();
        var arrival = point.WaitForSyncPoint(Cancellation);
        Assert.False(arrival.IsCompleted);

        var code = point.WaitToContinue(Cancellation);
        await arrival;
        Assert.False(code.IsCompleted);

        point.Continue();
        await code;
    }

    [Fact]
    public async Task Waits_can_be_cancelled()
    {
        var point = new SyncPoint();
        using var source = new CancellationTokenSource();
        var waits = new[] { point.WaitForSyncPoint(source.Token), point.WaitToContinue(source.Token) };
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits[1]);
    }
}
