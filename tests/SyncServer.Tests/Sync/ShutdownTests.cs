using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>A server that shuts down finishes what it accepted.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task A_batch_that_is_in_its_transaction_when_the_server_stops_is_committed_and_answered()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Sync:CloseTimeout"] = "00:05:00" });
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();
        await using var held = await HeldTransaction.BeginAsync(
            server.DataSource, "LOCK TABLE customers IN EXCLUSIVE MODE", RunningServer.Cancellation);

        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(1, "Accepted") } } });
        await held.WaitForVictimAsync();

        var stop = server.StopAsync();
        while ((await call.NextAsync()).Reconnect is null)
        {
        }

        await held.RollbackAsync();
        PushResult? result;
        do
            result = (await call.NextAsync()).PushResult;
        while (result is null);
        Assert.Equal(OperationOutcome.Applied, Assert.Single(result.Results).Outcome);
        await call.RequestStream.CompleteAsync();
        await call.ReadToEndAsync();
        await stop;
        Assert.Equal(1, await server.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Accepted'"));
    }
}
