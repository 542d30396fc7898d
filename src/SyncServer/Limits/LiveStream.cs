using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Limits;

/// <summary>A stream that is open, and whose it is.</summary>
internal sealed class LiveStream(StreamRegistry registry, CurrentUser user, string address) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid UserId => user.Id;

    /// <summary>The session that keeps the stream open; fresh credentials may be of another one.</summary>
    public Guid SessionId { get; set; } = user.SessionId;

    public string Address => address;

    /// <summary>Ends the stream: its session is over.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>Waits until the session is over.</summary>
    /// <exception cref="RpcFault">It is.</exception>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        await _ended.Task.WaitAsync(cancellationToken);
        throw new RpcFault(ErrorReason.AccessTokenInvalid, "the session has ended");
    }

    public void Dispose() => registry.Close(this);
}
