using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.GroupCommit;
using KhsCrm.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Who waits for a transaction, and in what order.</summary>
public sealed class FairQueueTests
{
    private static readonly Guid Greedy = Guid.CreateVersion7();
    private static readonly Guid Modest = Guid.CreateVersion7();

    [Fact]
    public void A_device_with_a_long_outbox_takes_turns_with_the_others()
    {
        var queue = new FairQueue(new() { MaxOperations = 10 });
        for (var i = 0; i < 5; i++)
            Add(queue, Greedy, 10);
        Add(queue, Modest, 1);

        var first = queue.Take();
        Assert.Equal([Greedy], Devices(first));
        // Its second batch has to wait for the first, and does not hold up the other device.
        var second = queue.Take();
        Assert.Equal([Modest], Devices(second));
        Assert.Empty(queue.Take());
        Add(queue, Modest, 1);
        queue.Release(second[0]);
        queue.Release(first[0]);
        Assert.Equal([Modest], Devices(queue.Take()));
        Assert.Equal([Greedy], Devices(queue.Take()));
    }

    [Fact]
    public void A_group_takes_one_batch_of_each_device_up_to_the_limit_and_one_that_is_larger_alone()
    {
        var queue = new FairQueue(new() { MaxOperations = 10 });
        Guid[] devices = [.. Enumerable.Range(0, 4).Select(_ => Guid.NewGuid())];
        foreach (var device in devices)
            Add(queue, device, 4);
        Add(queue, Greedy, 50);

        Assert.Equal(devices[..2], Devices(queue.Take()));
        Assert.Equal(devices[2..], Devices(queue.Take()));
        Assert.Equal([Greedy], Devices(queue.Take()));
    }

    [Theory]
    [InlineData(5, 1_000_000)]
    [InlineData(1_000_000, 50)]
    public void Who_finds_no_room_is_let_in_in_the_order_of_arrival(int maxOperations, int maxBytes)
    {
        var queue = new FairQueue(new() { MaxQueuedOperations = maxOperations, MaxQueuedBytes = maxBytes });
        Assert.Null(queue.WaitForRoom(Batch(Modest, 1), hasWaited: false));
        Add(queue, Greedy, 5);
        var (first, gone, second) = (Wait(queue), Wait(queue), Wait(queue));
        gone.TrySetCanceled(TestContext.Current.CancellationToken);
        Assert.False(first.Task.IsCompleted);

        queue.Take();
        Assert.True(first.Task.IsCompletedSuccessfully);
        Assert.False(second.Task.IsCompleted);
        // A newcomer does not go ahead of those who wait.
        var late = Wait(queue);
        Assert.Null(queue.WaitForRoom(Batch(Modest, 1), hasWaited: true));
        Add(queue, Modest, 1);
        Assert.True(second.Task.IsCompletedSuccessfully);
        Assert.False(late.Task.IsCompleted);
    }

    [Fact]
    public void A_device_with_many_batches_at_the_door_takes_turns_there_too()
    {
        var queue = new FairQueue(new() { MaxQueuedOperations = 1 });
        Add(queue, Greedy, 1);
        var many = Enumerable.Range(0, 100).Select(_ => Wait(queue, Greedy)).ToList();
        var one = Wait(queue, Modest);

        queue.Take();
        Assert.True(many[0].Task.IsCompletedSuccessfully);
        Add(queue, Greedy, 1);
        Assert.False(one.Task.IsCompleted);
        queue.Take();

        Assert.Empty(queue.Take());
        Assert.False(many[1].Task.IsCompleted);
    }

    [Fact]
    public void What_waits_aside_for_a_lock_takes_room_until_it_is_done()
    {
        var queue = new FairQueue(new() { MaxQueuedOperations = 10 });
        Add(queue, Greedy, 10);
        var taken = Assert.Single(queue.Take());
        Assert.Null(queue.WaitForRoom(Batch(Modest, 1), hasWaited: false));

        queue.SetAside(taken);
        var waits = Wait(queue, Modest);
        Assert.False(waits.Task.IsCompleted);
        queue.Release(taken);

        Assert.True(waits.Task.IsCompletedSuccessfully);
    }

    private static TaskCompletionSource Wait(FairQueue queue, Guid? device = null) =>
        queue.WaitForRoom(Batch(device ?? Guid.NewGuid(), 1), hasWaited: false)!;

    private static QueuedSubmission Add(FairQueue queue, Guid device, int operations) =>
        queue.Add(Batch(device, operations), bytes: operations * 10);

    private static Submission Batch(Guid device, int operations) => Submission.Of(
        new Actor(Guid.Empty, Role.Owner, device), [.. Enumerable.Range(1, operations).Select(i => new Operation { ClientSeq = i })], new OperationFaults(NullLogger.Instance));

    private static IEnumerable<Guid> Devices(IEnumerable<QueuedSubmission> group) => group.Select(queued => queued.Submission.Actor.DeviceId!.Value);
}
