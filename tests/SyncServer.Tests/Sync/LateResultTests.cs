using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>What became of an operation that waited reaches its device: live, or with its next Hello.</summary>
public sealed class LateResultTests
{
    [Fact]
    public async Task A_device_that_stays_connected_is_told_when_the_row_comes()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        using var phone = server.OpenStream(owner);
        using var office = server.OpenStream(owner);
        await phone.CatchUpAsync();
        await office.CatchUpAsync();
        var (customer, job, material) = Tree();

        await phone.SendAsync(new() { PushBatch = new PushBatch { Operations = { material } } });
        Assert.Equal(OperationOutcome.Deferred, (await NextResultAsync(phone)).Outcome);
        await office.SendAsync(new() { PushBatch = new PushBatch { Operations = { customer, job } } });

        var late = await NextResultAsync(phone);
        Assert.Equal((material.Id, OperationOutcome.Applied), (late.OperationId, late.Outcome));
        Assert.Equal("Nails", late.Entity.Material.ItemName);
    }

    [Fact]
    public async Task A_device_that_was_away_is_told_after_its_next_Hello()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var hello = NewHello();
        var (customer, job, material) = Tree();
        using (var phone = server.OpenStream(owner))
        {
            await phone.CatchUpAsync(hello);
            await phone.SendAsync(new() { PushBatch = new PushBatch { Operations = { material } } });
            Assert.Equal(OperationOutcome.Deferred, (await NextResultAsync(phone)).Outcome);
            await phone.RequestStream.CompleteAsync();
            await phone.ReadToEndAsync();
        }

        // By psql: no push of this server's, so the ledger's own poll has to find it.
        var row = job.Entity.Job;
        await server.RunAsync(
            $"""
            INSERT INTO customers (id, name, address) VALUES ('{row.CustomerId}', 'c', 'a');
            INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{row.Id}', 'j', '{row.CustomerId}', '{RunningServer.OwnerId}')
            """);
        while (await server.ScalarAsync<string>("SELECT status FROM sync_queue") == "pending")
            RunningServer.Cancellation.ThrowIfCancellationRequested();

        hello.NextClientSeq = 2;
        hello.DeferredOperationIds.Add([material.Id, $"{Guid.NewGuid()}"]);
        using var again = server.OpenStream(owner);
        await again.SendAsync(new() { Hello = hello });
        var late = await NextResultAsync(again);
        Assert.Equal((material.Id, OperationOutcome.Applied, "Nails"), (late.OperationId, late.Outcome, late.Entity.Material.ItemName));
    }

    [Fact]
    public async Task A_device_that_stays_connected_is_told_what_another_server_decided()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Deferral:PollInterval"] = "00:00:00.100" });
        await using var other = await server.StartAnotherAsync();
        var owner = await server.OwnerAsync();
        using var phone = server.OpenStream(owner);
        await phone.CatchUpAsync();
        var (_, _, material) = Tree();
        await phone.SendAsync(new() { PushBatch = new PushBatch { Operations = { material } } });
        Assert.Equal(OperationOutcome.Deferred, (await NextResultAsync(phone)).Outcome);

        await new SyncService.SyncServiceClient(other.Channel).DiscardOperationAsync(
            new() { OperationId = material.Id }, owner, cancellationToken: RunningServer.Cancellation);

        var late = await NextResultAsync(phone);
        Assert.Equal((material.Id, OperationOutcome.Rejected), (late.OperationId, late.Outcome));
    }

    [Fact]
    public async Task A_Hello_that_names_no_operations_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        var hello = NewHello();
        hello.DeferredOperationIds.Add("42");

        var status = await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, () => call.CatchUpAsync(hello));
        Assert.Equal(["hello.deferred_operation_ids"], Faults.Fields(status));
    }

    private static async Task<OperationResult> NextResultAsync(AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call)
    {
        while (true)
        {
            if ((await call.NextAsync()).PushResult is { } result)
                return Assert.Single(result.Results);
        }
    }

    private static (Operation Customer, Operation Job, Operation Material) Tree()
    {
        var customer = NewCustomer(1);
        var job = new Job { Id = $"{Guid.CreateVersion7()}", Title = "Roof", CustomerId = customer.Entity.Customer.Id };
        var material = new Material { Id = $"{Guid.CreateVersion7()}", JobId = job.Id, ItemName = "Nails" };
        return (customer, Create(2, new Entity { Job = job }), Create(1, new Entity { Material = material }));
    }

    private static Operation Create(long seq, Entity entity) =>
        new() { Id = $"{Guid.CreateVersion7()}", ClientSeq = seq, Kind = OperationKind.Create, Entity = entity };
}
