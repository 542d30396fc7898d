using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sessions;

/// <summary>Signs users in and out. A store belongs to one user: another one gets it empty, or not at all.</summary>
internal sealed class SignIn(LocalStore store, ServerConnection server, TimeProvider time)
{
    public async Task<User> SignInAsync(string addresses, string email, string password, CancellationToken cancellationToken)
    {
        var answer = await LoginAsync(
            ServerAddresses.Parse(addresses), new LoginRequest { Email = email, Password = password }, cancellationToken)
            .ConfigureAwait(false);
        var device = await store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false);
        // The rows of a user who is replaced go while no sync loop can bring them back.
        using var syncLock = device.OwnerId is null || device.OwnerId == answer.User.Id ? null : store.Folder.LockForSync();
        return await store.WriteAsync(
            transaction => TakeOver(transaction, addresses, answer), cancellationToken).ConfigureAwait(false);
    }

    public async Task SignOutAsync(CancellationToken cancellationToken)
    {
        var (session, device) = await store.ReadAsync(
            connection => (SessionState.TryRead(connection), DeviceState.Read(connection)), cancellationToken)
            .ConfigureAwait(false);
        if (session is null)
            return;
        await store.WriteAsync(
            transaction =>
            {
                SessionState.Delete(transaction.Connection);
                transaction.EverythingChanged();
            },
            cancellationToken).ConfigureAwait(false);
        if (device.ServerAddress is not { } addresses || session.IsEnded)
            return;
        try
        {
            await server.Auth(server.Current(ServerAddresses.Parse(addresses))).LogoutAsync(
                new LogoutRequest { RefreshToken = session.Tokens.RefreshToken },
                ServerConnection.Authorization(session.Tokens.AccessToken),
                server.AnswerDeadline,
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Signed out here, which is what was asked; the session on the server ends by itself.
        }
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

    private User TakeOver(WriteTransaction transaction, string addresses, LoginResponse answer)
    {
        var connection = transaction.Connection;
        var device = DeviceState.Read(connection);
        if (device.OwnerId is not null && device.OwnerId != answer.User.Id)
        {
            RefuseWhileEditsWait(connection, device.OwnerId);
            Wipe(connection);
            device = DeviceState.New(Guid.CreateVersion7(time.GetUtcNow()));
        }

        (device with { OwnerId = answer.User.Id, ServerAddress = addresses }).Write(connection);
        new SessionState(answer.User, answer.Tokens, IsEnded: false).Write(connection);
        transaction.EverythingChanged();
        transaction.OutboxChanged();
        return answer.User;
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

    private static void Wipe(StoreConnection connection)
    {
        foreach (var table in RowTables.All)
            connection.Execute($"DELETE FROM {table.Name}");
        connection.Execute("DELETE FROM outbox; DELETE FROM conflict; DELETE FROM session; DELETE FROM device");
    }
}
