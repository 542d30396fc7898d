namespace KhsCrm.SyncClient.Tests.Kit;

/// <summary>Waits for what a client says of itself.</summary>
internal static class ClientStates
{
    /// <summary>Waits until the status is as wanted.</summary>
    public static async Task UntilAsync(this KhsCrmClient client, Func<ClientStatus, bool> isIt)
    {
        using var hung = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        hung.CancelAfter(ScriptedServer.Hung);
        await foreach (var status in client.ObserveStatusAsync(hung.Token))
        {
            if (isIt(status))
                return;
        }
    }
}
