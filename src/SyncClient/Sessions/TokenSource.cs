using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sessions;

/// <summary>Gives access tokens that work, as far as this device can know, and trades the refresh token for new ones.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is disposed leaves its waiters waiting for ever.")]
internal sealed class TokenSource(LocalStore store, ServerConnection server, TimeProvider time)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _refreshing = new(1, 1);

    /// <summary>An access token.</summary>
    /// <exception cref="NotSignedInException">Nobody is signed in, or the session has ended.</exception>
    public async Task<string> GetAsync(string address, CancellationToken cancellationToken)
    {
        var session = await RequireSessionAsync(cancellationToken).ConfigureAwait(false);
        var expires = session.Tokens.AccessTokenExpiresAt?.ToDateTimeOffset() ?? DateTimeOffset.MaxValue;
        return expires - Margin > time.GetUtcNow() || session.Tokens.RefreshToken.Length == 0
            ? session.Tokens.AccessToken
            : await RefreshAsync(address, session.Tokens.AccessToken, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Another access token than one that does not work any more.</summary>
    /// <param name="address">The server.</param>
    /// <param name="usedToken">The one that does not work.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotSignedInException">The session has ended; the store remembers that.</exception>
    public async Task<string> RefreshAsync(string address, string usedToken, CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var session = await RequireSessionAsync(cancellationToken).ConfigureAwait(false);
            if (session.Tokens.AccessToken != usedToken)
                return session.Tokens.AccessToken; // Somebody else was faster.
            // Not cancelled once it is sent: the refresh token works once, so its answer should reach the store. When it is
            // lost on the way, the server takes the same token again for a while.
            var tokens = await TradeAsync(address, session).ConfigureAwait(false);
            await store.WriteAsync(transaction => Keep(transaction.Connection, session, tokens), CancellationToken.None)
                .ConfigureAwait(false);
            return tokens.AccessToken;
        }
        finally
        {
            _refreshing.Release();
        }
    }

    // Another process may have traded the same token at the same time. The server takes back what it gave first, so the pair
    // that ends last is the good one.
    private static void Keep(StoreConnection connection, SessionState traded, Tokens tokens)
    {
        if (SessionState.TryRead(connection) is not { } now || now.SignIn != traded.SignIn)
            return; // Signed out meanwhile; or signed in again, by whomever.
        if (now.Tokens.RefreshToken == traded.Tokens.RefreshToken || EndOf(now.Tokens) <= EndOf(tokens))
            (now with { Tokens = tokens }).Write(connection);
    }

    // Only if it is still the session that the server has ended: the user may have signed out, or in again, meanwhile.
    private static void End(StoreConnection connection, SessionState traded)
    {
        if (SessionState.TryRead(connection) is { } now
            && now.SignIn == traded.SignIn && now.Tokens.RefreshToken == traded.Tokens.RefreshToken)
        {
            (now with { IsEnded = true }).Write(connection);
        }
    }

    private static DateTimeOffset EndOf(Tokens tokens) => tokens.RefreshTokenExpiresAt?.ToDateTimeOffset() ?? default;

    private async Task<Tokens> TradeAsync(string address, SessionState session)
    {
        try
        {
            var answer = await server.Auth(address).RefreshTokenAsync(
                new RefreshTokenRequest { RefreshToken = session.Tokens.RefreshToken }, deadline: server.AnswerDeadline)
                .ConfigureAwait(false);
            return answer.Tokens;
        }
        catch (RpcException exception) when (ServerErrors.EndsSession(exception))
        {
            await store.WriteAsync(transaction => End(transaction.Connection, session), CancellationToken.None).ConfigureAwait(false);
            throw NotSignedInException.Ended;
        }
        catch (RpcException exception)
        {
            throw ServerErrors.Translate(exception, address);
        }
        catch (OperationCanceledException exception)
        {
            throw ServerErrors.Timeout(exception, address);
        }
    }

    private async Task<SessionState> RequireSessionAsync(CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(SessionState.TryRead, cancellationToken).ConfigureAwait(false)
            ?? throw NotSignedInException.Nobody;
        return session.IsEnded ? throw NotSignedInException.Ended : session;
    }
}
