using Google.Protobuf.WellKnownTypes;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Limits;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>A stream outlives its access token only through Credentials: it is told before the token ends, and ends with it.</summary>
internal sealed class CredentialWatch(CurrentUser user, LiveStream stream, SyncOptions options, TimeProvider timeProvider) : IDisposable
{
    private readonly SemaphoreSlim _renewed = new(0);
    private DateTimeOffset _expiresAt = user.ExpiresAt;

    /// <summary>Takes over a fresh token.</summary>
    /// <exception cref="RpcFault">It is another user's.</exception>
    public void Renew(CurrentUser fresh)
    {
        if (fresh.Id != user.Id)
            throw new RpcFault(ErrorReason.AccessTokenInvalid, "credentials must be of the stream's own user");
        if (fresh.ExpiresAt > _expiresAt)
            _expiresAt = fresh.ExpiresAt;
        stream.SessionId = fresh.SessionId;
        _renewed.Release();
    }

    public async Task RunAsync(
        Func<SyncStreamResponse, CancellationToken, ValueTask> sendAsync, CancellationToken cancellationToken)
    {
        while (true)
        {
            var expiresAt = _expiresAt;
            if (await IsRenewedBeforeAsync(expiresAt - options.CredentialsNotice, cancellationToken))
                continue;
            var notice = new CredentialsExpiring { ExpiresAt = Timestamp.FromDateTimeOffset(expiresAt) };
            await sendAsync(new() { CredentialsExpiring = notice }, cancellationToken);
            // A token that lives no longer changes nothing: the device is told once, not as often as it sends it.
            while (_expiresAt <= expiresAt)
            {
                if (!await IsRenewedBeforeAsync(expiresAt, cancellationToken) && _expiresAt <= expiresAt)
                    throw new RpcFault(ErrorReason.AccessTokenInvalid, "the access token has expired");
            }
        }
    }

    public void Dispose() => _renewed.Dispose();

    private async Task<bool> IsRenewedBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var left = time - timeProvider.GetUtcNow();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewed = _renewed.WaitAsync(deadline.Token);
        var late = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider, deadline.Token);
        var first = await Task.WhenAny(renewed, late);
        await deadline.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == renewed;
    }
}
