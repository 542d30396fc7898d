using KhsCrm.SyncServer.Loops;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>No call to wake is lost, whichever side comes first.</summary>
public sealed class WakeTests
{
    private const int Calls = 20_000;

    [Fact]
    public async Task A_call_before_the_wait_is_kept_and_many_are_one()
    {
        var wake = new Wake();
        wake.Call();
        wake.Call();
        await wake.WaitAsync();
        var next = wake.WaitAsync().AsTask();
        Assert.False(next.IsCompleted);
        wake.Call();
        await next;
    }

    [Fact]
    public async Task A_waiter_sees_everything_that_was_done_before_a_call()
    {
        var wake = new Wake();
        var done = 0;
        var caller = Task.Run(() =>
        {
            for (var i = 0; i < Calls; i++)
            {
                Interlocked.Increment(ref done);
                wake.Call();
            }
        }, TestContext.Current.CancellationToken);

        // Hangs if the last call is lost.
        while (Volatile.Read(ref done) < Calls)
            await wake.WaitAsync();
        await caller;
    }
}
