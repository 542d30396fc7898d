using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Queue;

/// <summary>The ledger can be looked at, and what waits or has failed be decided about.</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task The_ledger_is_listed_in_pages_newest_first_and_to_a_worker_only_their_own()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        var (owner, worker) = (await server.OwnerAsync(), await server.SignInAsync("w@khscrm.com"));
        var (office, phone) = (NewId(), NewId());
        await PushAsync(server, owner, office, [.. Enumerable.Range(1, 5).Select(i => StreamExtensions.NewCustomer(i, $"Customer {i}"))]);
        await PushAsync(server, worker, phone, StreamExtensions.NewCustomer(1));

        var client = Client(server);
        List<SyncQueueItem> all = [];
        var request = new ListQueueRequest { PageSize = 2 };
        do
        {
            var page = await client.ListQueueAsync(request, owner, cancellationToken: Cancellation);
            Assert.InRange(page.Items.Count, 1, 2);
            all.AddRange(page.Items);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal([1L, 5, 4, 3, 2, 1], all.Select(item => item.ClientSeq));
        Assert.Equal((SyncQueueStatus.Failed, phone, "create", "customer"), (all[0].Status, all[0].DeviceId, all[0].Operation, all[0].EntityType));
        Assert.Contains("role", all[0].Error, StringComparison.Ordinal);
        Assert.Equal("Customer 5", all[1].Payload.Fields["entity"].StructValue.Fields["customer"].StructValue.Fields["name"].StringValue);
        Assert.Equal(
            5, (await client.ListQueueAsync(new() { Status = SyncQueueStatus.Completed }, owner, cancellationToken: Cancellation)).Items.Count);
        Assert.Single((await client.ListQueueAsync(new() { DeviceId = phone }, owner, cancellationToken: Cancellation)).Items);
        Assert.Equal(all[0], Assert.Single((await client.ListQueueAsync(new(), worker, cancellationToken: Cancellation)).Items));
        await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, async () =>
            await client.ListQueueAsync(new() { PageToken = "x" }, owner, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task The_ledger_is_paged_while_it_grows()
    {
        await using var office = await Office.OpenAsync();
        var device = NewId();
        await PushAsync(office.Server, office.Owner.Credentials, device, [.. Enumerable.Range(1, 6).Select(i => StreamExtensions.NewCustomer(i))]);

        var numbers = await Office.PageAsync<ListQueueResponse, long>(
            office.Owner,
            new ListQueueRequest { DeviceId = device, PageSize = 2 },
            page => page.Items.Select(item => item.ClientSeq),
            page => PushAsync(office.Server, office.Owner.Credentials, device, StreamExtensions.NewCustomer(7 + page)));

        Assert.Equal([6L, 5, 4, 3, 2, 1], numbers);
    }

    [Fact]
    public async Task A_waiting_operation_is_discarded_and_one_that_failed_is_tried_again()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        var (owner, worker) = (await server.OwnerAsync(), await server.SignInAsync("w@khscrm.com"));
        var (customer, job) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var waits = new Operation
        {
            Id = NewId(),
            ClientSeq = 1,
            Kind = OperationKind.Create,
            Entity = new Entity { Material = new Material { Id = NewId(), JobId = $"{job}", ItemName = "Nails" } },
        };
        Assert.Equal(OperationOutcome.Deferred, Assert.Single(await PushAsync(server, owner, NewId(), waits)).Outcome);
        var client = Client(server);
        var retry = new RetryOperationRequest { OperationId = waits.Id };
        var discard = new DiscardOperationRequest { OperationId = waits.Id };

        await Faults.ExpectAsync(StatusCode.NotFound, ErrorReason.RowNotFound, async () =>
            await client.DiscardOperationAsync(discard, worker, cancellationToken: Cancellation));
        await Faults.ExpectAsync(StatusCode.NotFound, ErrorReason.RowNotFound, async () =>
            await client.RetryOperationAsync(new() { OperationId = NewId() }, owner, cancellationToken: Cancellation));
        Assert.Equal(
            OperationOutcome.Deferred,
            (await client.RetryOperationAsync(retry, owner, cancellationToken: Cancellation)).Result.Outcome);

        var item = (await client.DiscardOperationAsync(discard, owner, cancellationToken: Cancellation)).Item;
        Assert.Equal((SyncQueueStatus.Failed, waits.Id), (item.Status, item.Id));
        await Faults.ExpectAsync(StatusCode.Aborted, ErrorReason.Conflict, async () =>
            await client.DiscardOperationAsync(discard, owner, cancellationToken: Cancellation));

        await server.RunAsync(
            $"""
            INSERT INTO customers (id, name, address) VALUES ('{customer}', 'c', 'a');
            INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{job}', 'j', '{customer}', '{RunningServer.OwnerId}')
            """);
        var result = (await client.RetryOperationAsync(retry, owner, cancellationToken: Cancellation)).Result;
        Assert.Equal((OperationOutcome.Applied, "Nails"), (result.Outcome, result.Entity.Material.ItemName));
        await Faults.ExpectAsync(StatusCode.Aborted, ErrorReason.Conflict, async () =>
            await client.RetryOperationAsync(retry, owner, cancellationToken: Cancellation));
    }

    private static CancellationToken Cancellation => RunningServer.Cancellation;

    private static V1.SyncService.SyncServiceClient Client(RunningServer server) => new(server.Channel);

    private static string NewId() => $"{Guid.CreateVersion7()}";

    private static async Task<IReadOnlyList<OperationResult>> PushAsync(
        RunningServer server, Metadata credentials, string device, params Operation[] operations)
    {
        var request = new PushRequest { DeviceId = device, Operations = { operations } };
        return (await Client(server).PushAsync(request, credentials, cancellationToken: Cancellation)).Result.Results;
    }
}
