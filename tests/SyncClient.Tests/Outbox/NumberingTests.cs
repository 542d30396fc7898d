using KhsCrm.SyncClient.Sync;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

public sealed class NumberingTests
{
    [Fact]
    public async Task Numbers_are_dense_and_a_discarded_edit_leaves_no_gap()
    {
        using var device = await TestDevice.OpenAsync();
        await AddAsync(device, "Ada");
        var discarded = await AddAsync(device, "Bea");
        await AddAsync(device, "Cleo");
        await device.Outbox.DiscardAsync(discarded, TestDevice.Ct);

        var batch = await device.TakeAsync();

        Assert.Equal([1L, 2L], batch.Select(operation => operation.ClientSeq));
        Assert.Equal(["Ada", "Cleo"], batch.Select(operation => operation.Entity.Customer.Name));
    }

    [Fact]
    public async Task What_was_sent_cannot_be_discarded()
    {
        using var device = await TestDevice.OpenAsync();
        var id = await AddAsync(device, "Ada");
        await device.TakeAsync();

        await Assert.ThrowsAsync<EditRefusedException>(() => device.Outbox.DiscardAsync(id, TestDevice.Ct));
    }

    [Fact]
    public async Task A_batch_has_at_most_the_operations_and_bytes_that_the_server_allows()
    {
        using var device = await TestDevice.OpenAsync();
        for (var index = 0; index < 5; index++)
            await AddAsync(device, new string('x', 200));

        var two = await device.TakeAsync(max: 2);
        var rest = await device.Store.WriteAsync(
            transaction => SyncClient.Outbox.BatchTaker.Take(transaction, 2, 100, 700), TestDevice.Ct);

        Assert.Equal([1L, 2L], two.Select(operation => operation.ClientSeq));
        Assert.Equal([3L, 4L], rest.Select(operation => operation.ClientSeq));
    }

    [Fact]
    public async Task After_a_reconnect_everything_without_a_result_is_sent_again_unchanged()
    {
        using var device = await TestDevice.OpenAsync();
        for (var index = 0; index < 3; index++)
            await AddAsync(device, $"Customer {index}");
        var sent = await device.TakeAsync();
        await device.RecordAsync(Rows.Result(sent[0], OperationOutcome.Applied));

        Assert.True(await device.WelcomeAsync(2));
        var hello = await device.Store.ReadAsync(connection => StreamOpening.Hello(connection, "test/1", []), TestDevice.Ct);

        Assert.Equal(2, hello.NextClientSeq);
        Assert.Equal(sent[1..], await device.TakeAsync());
    }

    [Fact]
    public async Task A_server_that_was_restored_gets_what_it_forgot_under_numbers_that_follow_its_own()
    {
        using var device = await TestDevice.OpenAsync();
        for (var index = 0; index < 3; index++)
            await AddAsync(device, $"Customer {index}");
        var sent = await device.TakeAsync();
        await device.RecordAsync(sent.Take(2).Select(one => Rows.Result(one, OperationOutcome.Applied)).ToArray());
        await device.ApplyAsync(Rows.Checkpoint("c", 1));

        // The server has lost all: 1 is settled and gone from here, 2 waits for its checkpoint, 3 has no result.
        Assert.True(await device.WelcomeAsync(0));
        var again = await device.TakeAsync();

        Assert.Equal([1L, 2L], again.Select(operation => operation.ClientSeq));
        Assert.Equal(sent[1..].Select(operation => operation.Id), again.Select(operation => operation.Id));
        Assert.Equal(3, (await device.StateAsync()).NextClientSeq);
    }

    [Fact]
    public async Task A_store_that_is_a_copy_of_an_older_state_becomes_another_device()
    {
        using var device = await TestDevice.OpenAsync();
        await AddAsync(device, "Ada");
        var before = await device.StateAsync();
        var sent = await device.TakeAsync();

        Assert.False(await device.WelcomeAsync(7));
        await device.Store.WriteAsync(transaction => StreamOpening.BecomeNewDevice(transaction, Guid.CreateVersion7()), TestDevice.Ct);

        Assert.NotEqual(before.DeviceId, (await device.StateAsync()).DeviceId);
        Assert.Equal(sent, await device.TakeAsync());
    }

    [Fact]
    public async Task An_edit_after_becoming_another_device_is_not_lost_in_an_operation_that_the_server_may_have()
    {
        using var device = await TestDevice.OpenAsync();
        var ada = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        await AddAsync(device, "Bea");
        var sent = await device.TakeAsync(max: 1);

        await device.Store.WriteAsync(transaction => StreamOpening.BecomeNewDevice(transaction, Guid.CreateVersion7()), TestDevice.Ct);
        await device.Customers.UpdateAsync(ada.Id, row => row.Name = "Adele", cancellationToken: TestDevice.Ct);
        var again = await device.TakeAsync();

        Assert.Equal(sent[0], again[0]);
        Assert.Equal([1L, 2L, 3L], again.Select(operation => operation.ClientSeq));
        Assert.Equal("Adele", again[2].Entity.Customer.Name);
        await Assert.ThrowsAsync<EditRefusedException>(() => device.Outbox.DiscardAsync(sent[0].Id, TestDevice.Ct));
    }

    private static async Task<string> AddAsync(TestDevice device, string name)
    {
        await device.Customers.AddAsync(new() { Name = name, Address = "Here" }, TestDevice.Ct);
        return (await device.Outbox.ListAsync(cancellationToken: TestDevice.Ct))[^1].Id;
    }
}
