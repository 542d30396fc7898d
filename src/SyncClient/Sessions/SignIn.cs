using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sessions;

/// <summary>Signs users in and out. A store belongs to one user: another one gets it empty, or not at all.</summary>
internal sealed class SignIn(LocalStore store, ServerConnection server, TimeProvider time)
{
    public async Task<User> SignInAsync(string address, string email, string password, CancellationToken cancellationToken)
    {
        LoginResponse answer;
        try
        {
            answer = await server.Auth(address).LoginAsync(
                new LoginRequest { Email = email, Password = password }, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw ServerErrors.Translate(exception, address);
        }

        var device = await store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false);
        // The rows of a user who is replaced go while no sync loop can bring them back.
        using var syncLock = device.OwnerId is null || device.OwnerId == answer.User.Id ? null : store.Folder.LockForSync();
        return await store.WriteAsync(
            transaction => TakeOver(transaction, address, answer), cancellationToken).ConfigureAwait(false);
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
        if (device.ServerAddress is not { } address || session.IsEnded)
            return;
        try
        {
            await server.Auth(address).LogoutAsync(
                new LogoutRequest { RefreshToken = session.Tokens.RefreshToken },
                ServerConnection.Authorization(session.Tokens.AccessToken),
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // Signed out here, which is what was asked; the session on the server ends by itself.
        }
    }

    private User TakeOver(WriteTransaction transaction, string address, LoginResponse answer)
    {
        var connection = transaction.Connection;
        var device = DeviceState.Read(connection);
        if (device.OwnerId is not null && device.OwnerId != answer.User.Id)
        {
            RefuseWhileEditsWait(connection);
            Wipe(connection);
            device = DeviceState.New(Guid.CreateVersion7(time.GetUtcNow()));
        }

        (device with { OwnerId = answer.User.Id, ServerAddress = address }).Write(connection);
        new SessionState(answer.User, answer.Tokens, IsEnded: false).Write(connection);
        transaction.EverythingChanged();
        transaction.OutboxChanged();
        return answer.User;
    }

    private static void RefuseWhileEditsWait(StoreConnection connection)
    {
        var counts = OutboxCounts.Read(connection);
        if (counts.Unsent + counts.Deferred + counts.Rejected is > 0 and var waiting)
            throw new UnsentEditsException(waiting);
    }

    private static void Wipe(StoreConnection connection)
    {
        foreach (var table in RowTables.All)
            connection.Execute($"DELETE FROM {table.Name}");
        connection.Execute("DELETE FROM outbox; DELETE FROM conflict; DELETE FROM session; DELETE FROM device");
    }
}
