using Google.Protobuf;
using Grpc.Core;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>A message that is one stream's own.</summary>
internal sealed class MessageFrame(IMessage message) : StreamFrame
{
    public override void Serialize(SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}
