using KhsCrm.Storage.Deltas;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Loops;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>The one request for digests that waits for the next checkpoint.</summary>
internal sealed class DigestInbox(KindSet kinds, Wake wake)
{
    private DigestRequest? _waiting;

    /// <summary>What waits; null for nothing.</summary>
    public DigestRequest? Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes a request.</summary>
    /// <exception cref="RpcFault">It asks for too much, or for what the stream does not carry, or another one still waits.</exception>
    public void Add(DigestRequest request)
    {
        DigestRules.Check(request, kinds);
        if (Interlocked.CompareExchange(ref _waiting, request, null) is not null)
            throw new RpcFault(ErrorReason.ProtocolViolation, "another digest request is not answered yet");
        wake.Call();
    }

    /// <summary>The answer is on its way.</summary>
    public void Clear() => Volatile.Write(ref _waiting, null);
}
