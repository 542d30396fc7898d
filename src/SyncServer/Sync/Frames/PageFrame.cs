using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Storage.Deltas;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>A delta of a catch-up, whose changes are bytes since they were read from the database.</summary>
/// <param name="delta">The delta.</param>
/// <param name="field">The number that it has in the message it is sent in.</param>
internal sealed class PageFrame(EncodedDelta delta, int field) : StreamFrame
{
    // Below it gzip's own head and start eat what it saves.
    private const int WorthCompressing = 4_096;

    public override bool IsWorthCompressing => delta.ChangesLength >= WorthCompressing;

    public override void Serialize(SerializationContext context)
    {
        var size = delta.ChangesLength + delta.Rest.CalculateSize();
        // A field below 16, whose tag takes one byte.
        var tag = checked((byte)WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited));
        var head = 1 + CodedOutputStream.ComputeUInt32Size((uint)size);
        context.SetPayloadLength(head + size);
        var output = context.GetBufferWriter();
        var span = output.GetSpan(head);
        span[0] = tag;
        var length = (uint)size;
        for (var i = 1; i < head; i++, length >>= 7)
            span[i] = (byte)(i == head - 1 ? length : length | 0x80);
        output.Advance(head);
        delta.CopyChangesTo(output);
        delta.Rest.WriteTo(output);
        context.Complete();
    }
}
