using Google.Protobuf;
using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>A message that is one stream's own.</summary>
internal sealed class MessageFrame(SyncStreamResponse message) : StreamFrame
{
    public override void Serialize(SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}
