using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient.Sync;

/// <summary>What is to be done beside a stream once the server can be reached. What fails is done the next time.</summary>
internal sealed class Chores(LocalStore store, ServerConnection server, TokenSource tokens, KhsCrmClientOptions options)
{
    private readonly EndedSessions _endedSessions = new(store, server);
    private readonly GivenUpOperations _givenUp = new(store, server, tokens);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _endedSessions.RevokeAsync(cancellationToken).ConfigureAwait(false);
        await TrySendGivenUpAsync(cancellationToken).ConfigureAwait(false);
        while (await store.CompactAsync(cancellationToken).ConfigureAwait(false))
        {
        }
    }

    /// <summary>Tells the server of operations that wait there and were given up here.</summary>
    public async Task TrySendGivenUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            var device = await store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false);
            if ((options.ServerAddress ?? device.ServerAddress) is { } addresses)
                await _givenUp.SendAsync(server.Current(ServerAddresses.Parse(addresses)), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is KhsCrmException or Grpc.Core.RpcException && !cancellationToken.IsCancellationRequested)
        {
        }
    }
}
