using Grpc.Core;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>What is written to a stream as one SyncStreamResponse, however it comes by its bytes.</summary>
internal abstract class StreamFrame
{
    /// <summary>Writes the bytes of a SyncStreamResponse.</summary>
    public abstract void Serialize(SerializationContext context);
}
