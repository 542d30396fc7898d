using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>A batch that no resending makes better is refused by field, not with SEQUENCE_GAP.</summary>
public sealed class MalformedBatchTests
{
    [Theory]
    [InlineData("operations[1].client_seq", 1, 1)]
    [InlineData("operations[1].client_seq", 1, 3)]
    [InlineData("operations[2].client_seq", 1, 2, 1)]
    [InlineData("operations[0].client_seq", 0, 1)]
    [InlineData("operations[1].client_seq", long.MaxValue, long.MinValue + 1)]
    public async Task Numbers_that_do_not_fit_together_are_a_fault_of_the_batch(string field, params long[] numbers)
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var request = new PushRequest { DeviceId = $"{Guid.CreateVersion7()}", Operations = { numbers.Select(seq => StreamExtensions.NewCustomer(seq)) } };

        var status = await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, async () =>
            await new SyncService.SyncServiceClient(server.Channel).PushAsync(request, owner, cancellationToken: RunningServer.Cancellation));

        Assert.Equal([field], Faults.Fields(status));
        Assert.Equal(0, await server.ScalarAsync<long>("SELECT count(*) FROM sync_queue"));
    }
}
