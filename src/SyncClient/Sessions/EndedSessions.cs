using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sessions;

/// <summary>
/// Sessions that a user has signed out of on this device. The server is told when there is a network; until then their tokens
/// wait in the store.
/// </summary>
internal sealed class EndedSessions(LocalStore store, ServerConnection server)
{
    /// <summary>Remembers a session that ends.</summary>
    public static void Add(StoreConnection connection, SessionState session, string serverAddress)
    {
        if (session.Tokens.RefreshToken.Length > 0 && !session.IsEnded)
        {
            connection.Prepare("INSERT OR REPLACE INTO ended_session (refresh_token, server_address) VALUES (?1, ?2)")
                .Bind(1, session.Tokens.RefreshToken).Bind(2, serverAddress)
                .Execute();
        }
    }

    /// <summary>Tells the server, as far as it can be reached.</summary>
    public async Task RevokeAsync(CancellationToken cancellationToken)
    {
        foreach (var (refreshToken, serverAddress) in await store.ReadAsync(Read, cancellationToken).ConfigureAwait(false))
        {
            if (await TryRevokeAsync(refreshToken, serverAddress, cancellationToken).ConfigureAwait(false))
                await store.WriteAsync(transaction => Remove(transaction.Connection, refreshToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryRevokeAsync(string refreshToken, string serverAddress, CancellationToken cancellationToken)
    {
        try
        {
            await server.Auth(server.Current(ServerAddresses.Parse(serverAddress))).LogoutAsync(
                new LogoutRequest { RefreshToken = refreshToken },
                deadline: server.AnswerDeadline,
                cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RpcException exception)
        {
            // What the server itself refuses it will refuse again; the session ends by itself.
            return ServerErrors.Details(exception).Reason is not (ErrorReason.Unspecified or ErrorReason.Unavailable or ErrorReason.Internal);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static List<(string RefreshToken, string ServerAddress)> Read(StoreConnection connection)
    {
        var row = connection.Prepare("SELECT refresh_token, server_address FROM ended_session LIMIT 100");
        List<(string, string)> sessions = [];
        while (row.Step())
            sessions.Add((row.Text(0)!, row.Text(1)!));
        return sessions;
    }

    private static void Remove(StoreConnection connection, string refreshToken) =>
        connection.Prepare("DELETE FROM ended_session WHERE refresh_token = ?1").Bind(1, refreshToken).Execute();
}
