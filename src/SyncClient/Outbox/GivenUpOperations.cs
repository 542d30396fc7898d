using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>
/// Tells the server of operations that wait there and were given up here. Each leaves the outbox when its result comes by the
/// stream; what the server has applied meanwhile stays in effect.
/// </summary>
internal sealed class GivenUpOperations(LocalStore store, ServerConnection server, TokenSource tokens)
{
    public async Task SendAsync(string address, CancellationToken cancellationToken)
    {
        foreach (var entry in await store.ReadAsync(OutboxTable.GivenUp, cancellationToken).ConfigureAwait(false))
        {
            var accessToken = await tokens.GetAsync(address, cancellationToken).ConfigureAwait(false);
            try
            {
                await server.Sync(address).DiscardOperationAsync(
                    new DiscardOperationRequest { OperationId = entry.Operation.Id },
                    ServerConnection.Authorization(accessToken), server.AnswerDeadline, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException exception) when (ServerErrors.Details(exception).Reason is ErrorReason.Conflict)
            {
                // It waits no more: its result comes by the stream.
            }
            catch (RpcException exception) when (ServerErrors.Details(exception).Reason is ErrorReason.RowNotFound)
            {
                // The ledger has forgotten it, and so has nothing to answer.
                await store.WriteAsync(transaction => Forget(transaction, entry), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static void Forget(WriteTransaction transaction, QueuedOperation entry)
    {
        OutboxTable.Remove(transaction.Connection, entry.Position);
        transaction.OutboxChanged();
    }
}
