using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>Bad input gets a clear error that names the field.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task A_malformed_hello_names_each_field()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var hello = new Hello { DeviceId = "phone", ProtocolVersion = 1, EntityTypes = { EntityType.Unspecified } };

        var status = await Faults.ExpectAsync(
            StatusCode.InvalidArgument, ErrorReason.FieldInvalid, () => server.OpenStream(owner).CatchUpAsync(hello));

        Assert.Equal(
            ["hello.device_id", "hello.app_version", "hello.next_client_seq", "hello.entity_types"], Faults.Fields(status));
    }

    [Fact]
    public async Task Messages_out_of_their_order_are_a_protocol_violation()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        using var early = server.OpenStream(owner);
        await early.SendAsync(new() { PushBatch = new PushBatch() });
        await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.ProtocolViolation, early.NextAsync);

        using var twice = server.OpenStream(owner);
        await twice.CatchUpAsync();
        await twice.SendAsync(new() { Hello = NewHello() });
        await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.ProtocolViolation, twice.ReadToCheckpointAsync);

        using var silent = server.OpenStream(owner);
        await silent.RequestStream.CompleteAsync();
        await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.ProtocolViolation, silent.NextAsync);
    }

    [Fact]
    public async Task A_device_of_a_protocol_version_to_come_is_served_by_the_one_that_is_spoken()
    {
        await using var server = await RunningServer.StartAsync();
        var hello = NewHello();
        hello.ProtocolVersion = 99;
        using var call = server.OpenStream(await server.OwnerAsync());

        await call.SendAsync(new() { Hello = hello });

        Assert.Equal(1, (await call.NextAsync()).Welcome.ProtocolVersion);
    }

    [Fact]
    public async Task A_gap_ends_the_stream_and_says_where_to_resume()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();
        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(5) } } });

        var status = await Faults.ExpectAsync(StatusCode.Aborted, ErrorReason.SequenceGap, call.ReadToCheckpointAsync);

        Assert.Equal("0", status.GetDetail<Google.Rpc.ErrorInfo>().Metadata["last_client_seq"]);
    }

    [Fact]
    public async Task A_device_ahead_of_a_restored_database_and_another_users_device_must_register_anew()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var hello = NewHello();
        hello.NextClientSeq = 12;
        using var ahead = server.OpenStream(owner);
        await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.DeviceForked, () => ahead.CatchUpAsync(hello));

        await server.RunAsync("UPDATE devices SET revoked_at = now()");
        hello.NextClientSeq = 1;
        using var revoked = server.OpenStream(owner);
        await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.DeviceRevoked, () => revoked.CatchUpAsync(hello));
    }

    [Fact]
    public async Task More_than_welcome_allows_is_refused()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Sync:MaxOperationsPerBatch"] = "2" });
        var owner = await server.OwnerAsync();
        using var many = server.OpenStream(owner);
        await many.CatchUpAsync();
        await many.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(1), NewCustomer(2), NewCustomer(3) } } });
        await Faults.ExpectAsync(StatusCode.ResourceExhausted, ErrorReason.LimitExceeded, many.ReadToCheckpointAsync);
    }

    [Fact]
    public async Task Page_sizes_and_page_tokens_are_checked()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 7) i");
        var owner = await server.OwnerAsync();
        var client = new CustomerService.CustomerServiceClient(server.Channel);
        var seen = new HashSet<string>();
        var request = new ListCustomersRequest { PageSize = 3 };
        do
        {
            var page = await client.ListCustomersAsync(request, owner, cancellationToken: RunningServer.Cancellation);
            Assert.All(page.Customers, customer => Assert.True(seen.Add(customer.Id)));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(7, seen.Count);

        foreach (var bad in new ListCustomersRequest[] { new() { PageSize = -1 }, new() { PageSize = 5_000 }, new() { PageToken = "%" } })
        {
            await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, async () =>
                await client.ListCustomersAsync(bad, owner, cancellationToken: RunningServer.Cancellation));
        }
    }
}
