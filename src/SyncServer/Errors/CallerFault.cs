using Google.Protobuf;

namespace KhsCrm.SyncServer.Errors;

/// <summary>What a caller sent on its stream could not be read. Anything like it that is thrown elsewhere is a fault of ours.</summary>
internal sealed class CallerFault(Exception inner) : Exception(inner.Message, inner)
{
    /// <summary>Whether the caller went away; otherwise it sent what is no message, or one that is too large.</summary>
    public bool IsGone =>
        InnerException is IOException and not InvalidProtocolBufferException
        // gRPC has no type of its own for one that claims more than 2 GiB.
        && !InnerException.Message.StartsWith("Message too large", StringComparison.Ordinal);
}
