using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Streams;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>A stream outlives its access token only through Credentials: it is told before the token ends, and ends with it.</summary>
internal sealed class CredentialWatch(CurrentUser user, LiveStream stream, TimeSpan notice)
{
    // Ticks, so that the clock reads whole what the stream writes.
    private long _expiresAt = user.ExpiresAt.UtcTicks;
    private long _noticed;

    /// <summary>When the token ends.</summary>
    public DateTimeOffset ExpiresAt => new(Volatile.Read(ref _expiresAt), TimeSpan.Zero);

    /// <summary>Takes over a fresh token.</summary>
    /// <exception cref="RpcFault">It is another user's.</exception>
    public void Renew(CurrentUser fresh)
    {
        if (fresh.Id != user.Id)
            throw new RpcFault(ErrorReason.AccessTokenInvalid, "credentials must be of the stream's own user");
        if (fresh.ExpiresAt > ExpiresAt)
            Volatile.Write(ref _expiresAt, fresh.ExpiresAt.UtcTicks);
        stream.SessionId = fresh.SessionId;
    }

    /// <summary>Whether the token has ended.</summary>
    public bool IsExpired(DateTimeOffset now) => now >= ExpiresAt;

    /// <summary>Whether the device is to be told that the token ends soon. A token that lives no longer changes nothing: it is told once.</summary>
    public bool IsNoticeDue(DateTimeOffset now) => now >= ExpiresAt - notice && Volatile.Read(ref _noticed) != Volatile.Read(ref _expiresAt);

    /// <summary>The device is told.</summary>
    public void MarkNoticed() => Volatile.Write(ref _noticed, Volatile.Read(ref _expiresAt));
}
