using Grpc.Core;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>What is written to a stream as one message, however it comes by its bytes.</summary>
internal abstract class StreamFrame
{
    /// <summary>Whether it is large enough, for those who accept compression.</summary>
    public virtual bool IsWorthCompressing => false;

    /// <summary>Writes the bytes of the message.</summary>
    public abstract void Serialize(SerializationContext context);
}
