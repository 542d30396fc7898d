using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

public sealed class GivenUpOperationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_on_the_server_and_is_given_up_leaves_its_queue_at_once()
    {
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        await using var client = await server.OpenClientAsync(folder.Path);
        await client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        var syncing = client.SyncAsync(Ct);
        var stream = await server.AcceptAsync();
        await stream.WelcomeAsync();
        var batch = await stream.ReadBatchAsync();
        await stream.AnswerAsync(batch, OperationOutcome.Deferred);
        await stream.WriteAsync(Rows.Checkpoint("c1", 1));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;

        await client.Outbox.DiscardAsync(batch.Operations[0].Id, Ct);

        Assert.Equal(batch.Operations[0].Id, await server.Discarded.ReadAsync(Ct).AsTask().WaitAsync(ScriptedServer.Hung, Ct));
    }
}
