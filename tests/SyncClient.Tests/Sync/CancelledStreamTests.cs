using KhsCrm.SyncClient.Tests.Kit;

namespace KhsCrm.SyncClient.Tests.Sync;

/// <summary>A stream that somebody between cancels looks to the device as if it had cancelled it itself.</summary>
public sealed class CancelledStreamTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_that_is_cancelled_while_nothing_is_to_be_sent_is_opened_again_at_once()
    {
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        await (await server.OpenClientAsync(folder.Path)).DisposeAsync();
        using var between = new ResettingServer();
        await using var client = await KhsCrmClient.OpenAsync(
            new()
            {
                DataFolder = folder.Path,
                ServerAddress = between.Address,
                FirstReconnectDelay = TimeSpan.FromMilliseconds(1),
                LongestReconnectDelay = TimeSpan.FromMilliseconds(2),
                // Nothing but the end of the stream itself may bring the next.
                AnswerTimeout = TimeSpan.FromHours(1),
            },
            Ct);

        await client.StartAsync(Ct);

        using var hung = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        hung.CancelAfter(ScriptedServer.Hung);
        while (between.Resets < 20)
            await Task.Delay(1, hung.Token);
    }
}
