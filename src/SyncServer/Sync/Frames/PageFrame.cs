using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Storage.Deltas;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>A delta of one stream's catch-up, whose changes are bytes since they were read from the database.</summary>
internal sealed class PageFrame(EncodedDelta delta) : StreamFrame
{
    private static readonly uint DeltaTag =
        WireFormat.MakeTag(SyncStreamResponse.DeltaFieldNumber, WireFormat.WireType.LengthDelimited);

    // Below it gzip's own head and start eat what it saves.
    private const int WorthCompressing = 4_096;

    public override bool IsWorthCompressing => delta.ChangesLength >= WorthCompressing;

    public override void Serialize(SerializationContext context)
    {
        var size = delta.ChangesLength + delta.Rest.CalculateSize();
        var head = CodedOutputStream.ComputeUInt32Size(DeltaTag) + CodedOutputStream.ComputeUInt32Size((uint)size);
        context.SetPayloadLength(head + size);
        var output = context.GetBufferWriter();
        var span = output.GetSpan(head);
        span[0] = (byte)DeltaTag;
        var length = (uint)size;
        for (var i = 1; i < head; i++, length >>= 7)
            span[i] = (byte)(i == head - 1 ? length : length | 0x80);
        output.Advance(head);
        delta.CopyChangesTo(output);
        delta.Rest.WriteTo(output);
        context.Complete();
    }
}
