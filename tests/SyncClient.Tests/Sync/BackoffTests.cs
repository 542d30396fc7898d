using KhsCrm.SyncClient.Sync;

namespace KhsCrm.SyncClient.Tests.Sync;

public sealed class BackoffTests
{
    [Fact]
    public void A_wait_is_anything_between_nothing_and_a_bound_that_doubles_up_to_the_longest()
    {
        var random = 1.0;
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), () => random);

        Assert.Equal([1, 2, 4, 5, 5], Enumerable.Range(0, 5).Select(_ => backoff.Next().TotalSeconds));
        random = 0;
        Assert.Equal(TimeSpan.Zero, backoff.Next());
        random = 0.5;
        Assert.Equal(2.5, backoff.Next().TotalSeconds);
        backoff.Reset();
        Assert.Equal(0.5, backoff.Next().TotalSeconds);
    }
}
