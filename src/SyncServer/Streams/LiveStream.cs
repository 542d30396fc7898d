using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Streams;

/// <summary>A stream that is open, and whose it is.</summary>
internal sealed class LiveStream(StreamRegistry registry, CurrentUser user, string address) : IDisposable
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Boxed: the pump reads it while the stream sets it, and a reference is read and written as a whole.
    private object _sessionId = user.SessionId;

    public Guid UserId => user.Id;

    /// <summary>The session that keeps the stream open; fresh credentials may be of another one.</summary>
    public Guid SessionId
    {
        get => (Guid)Volatile.Read(ref _sessionId);
        set => Volatile.Write(ref _sessionId, value);
    }

    public string Address => address;

    /// <summary>What the stream does; null before its hello.</summary>
    public StreamMeter? Meter { get; set; }

    /// <summary>Completes when the stream must end: with a fault when its session is over, without when the server leaves.</summary>
    public Task Over => _over.Task;

    /// <summary>Ends the stream: its session is over.</summary>
    public void End() => End("the session has ended");

    /// <summary>Ends the stream for want of a token.</summary>
    public void End(string reason) => _over.TrySetException(new RpcFault(ErrorReason.AccessTokenInvalid, reason));

    /// <summary>Ends the stream: the server leaves.</summary>
    public void Leave() => _over.TrySetResult();

    public void Dispose() => registry.Close(this);
}
