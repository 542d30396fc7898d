using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sessions;

/// <summary>Signs users in and out. A store belongs to one user: another one gets it empty, or not at all.</summary>
internal sealed class SignIn(LocalStore store, ServerConnection server, TimeProvider time)
{
    private long _signOuts;

    /// <summary>Asks the server who a user is.</summary>
    /// <returns>Makes the user the one of this device.</returns>
    public async Task<Func<Task<User>>> AskAsync(string addresses, string email, string password, CancellationToken cancellationToken)
    {
        var signOuts = Volatile.Read(ref _signOuts);
        var answer = await LoginAsync(
            ServerAddresses.Parse(addresses), new LoginRequest { Email = email, Password = password }, cancellationToken)
            .ConfigureAwait(false);
        return () => TakeOverAsync(addresses, answer, signOuts, cancellationToken);
    }

    /// <summary>Signs out here, at once. The session on the server is ended when there is a network.</summary>
    public Task SignOutAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _signOuts);
        return store.WriteAsync(
            transaction =>
            {
                var connection = transaction.Connection;
                if (SessionState.TryRead(connection) is not { } session)
                    return;
                if (DeviceState.Read(connection).ServerAddress is { } address)
                    EndedSessions.Add(connection, session, address);
                SessionState.Delete(connection);
                transaction.EverythingChanged();
                transaction.OutboxChanged();
            },
            cancellationToken);
    }

    private async Task<User> TakeOverAsync(string addresses, LoginResponse answer, long signOuts, CancellationToken cancellationToken)
    {
        var device = await store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false);
        // The rows of a user who is replaced go while no sync loop can bring them back.
        using var syncLock = device.OwnerId is null || device.OwnerId == answer.User.Id ? null : store.Folder.LockForSync();
        var isReplaced = await store.WriteAsync(
            transaction =>
            {
                if (Volatile.Read(ref _signOuts) != signOuts)
                    throw new OperationCanceledException("Somebody signed out meanwhile.");
                return TakeOver(transaction, addresses, answer);
            },
            cancellationToken).ConfigureAwait(false);
        if (isReplaced)
            await store.FinishErasureAsync().ConfigureAwait(false);
        return answer.User;
    }

    private async Task<LoginResponse> LoginAsync(
        ServerAddresses addresses, LoginRequest request, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            var address = server.Current(addresses);
            try
            {
                return await LoginAsync(address, request, cancellationToken).ConfigureAwait(false);
            }
            catch (ServerUnreachableException) when (tried < addresses.Count)
            {
                server.MoveOn();
            }
        }
    }

    private async Task<LoginResponse> LoginAsync(string address, LoginRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await server.Auth(address).LoginAsync(
                request, deadline: server.AnswerDeadline, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw ServerErrors.Translate(exception, address);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw ServerErrors.Timeout(exception, address);
        }
    }

    /// <returns>Whether another user's rows were deleted.</returns>
    private bool TakeOver(WriteTransaction transaction, string addresses, LoginResponse answer)
    {
        var connection = transaction.Connection;
        var device = DeviceState.Read(connection);
        // One that is revoked and has no owner was wiped: it is as good as new.
        var isReplaced = device is { OwnerId: null, IsRevoked: true } || (device.OwnerId is not null && device.OwnerId != answer.User.Id);
        if (isReplaced)
        {
            // What is locked for good keeps nobody out.
            if (!device.IsRevoked)
                RefuseWhileEditsWait(connection, device.OwnerId!);
            Erasure.Begin(connection);
            device = DeviceState.New(Guid.CreateVersion7(time.GetUtcNow()));
        }

        (device with { OwnerId = answer.User.Id, ServerAddress = addresses }).Write(connection);
        new SessionState(answer.User, answer.Tokens, IsEnded: false, Random.Shared.NextInt64()).Write(connection);
        transaction.EverythingChanged();
        transaction.OutboxChanged();
        return isReplaced;
    }

    private static void RefuseWhileEditsWait(StoreConnection connection, string ownerId)
    {
        var counts = OutboxCounts.Read(connection);
        if (counts.Unsent + counts.Deferred + counts.Rejected is not (> 0 and var waiting))
            return;
        // A device that never synced has no users yet but knows who signed in last.
        var owner = RowTables.User.ReadEffective(connection, RowId.Parse(ownerId))?.User
            ?? (SessionState.TryRead(connection)?.User is { } last && last.Id == ownerId ? last : null);
        throw new UnsentEditsException(waiting, ownerId, owner?.Name ?? ownerId);
    }
}
