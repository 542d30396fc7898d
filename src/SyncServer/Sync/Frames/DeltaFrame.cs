using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Storage.Live;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>
/// A Delta at a checkpoint, whose changes are bytes shared with other streams: only what follows them is written for this
/// one. A stream has one frame and fills it anew for each delta; a frame is serialised before the write of it returns.
/// </summary>
internal sealed class DeltaFrame : StreamFrame
{
    private static readonly int Response = Tag(SyncStreamResponse.DeltaFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly int CursorTag = Tag(Delta.CursorFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly int CheckpointTag = Tag(Delta.CheckpointFieldNumber, WireFormat.WireType.Varint);
    private static readonly int ProgressTag = Tag(Delta.ProgressFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly int SentTag = Tag(Progress.SentFieldNumber, WireFormat.WireType.Varint);
    private static readonly int TotalTag = Tag(Progress.EstimatedTotalFieldNumber, WireFormat.WireType.Varint);
    private static readonly int LastClientSeqTag = Tag(Delta.LastClientSeqFieldNumber, WireFormat.WireType.Varint);
    private LiveChanges _changes = LiveChanges.None;
    private byte[] _cursor = [];
    private long _lastClientSeq;

    public DeltaFrame With(LiveChanges changes, byte[] cursor, long lastClientSeq)
    {
        (_changes, _cursor, _lastClientSeq) = (changes, cursor, lastClientSeq);
        return this;
    }

    public override void Serialize(SerializationContext context)
    {
        var progress = 2 + (2 * SizeOf((ulong)_changes.Count));
        var tail = 1 + SizeOf((ulong)_cursor.Length) + _cursor.Length + 2 + 1 + SizeOf((ulong)progress) + progress + 1
            + SizeOf((ulong)_lastClientSeq);
        var delta = _changes.Bytes.Length + tail;
        var head = 1 + SizeOf((ulong)delta);
        context.SetPayloadLength(head + delta);
        var output = context.GetBufferWriter();

        var span = output.GetSpan(head);
        var at = WriteField(span, 0, Response, (ulong)delta);
        output.Advance(at);
        output.Write(_changes.Bytes.Span);

        span = output.GetSpan(tail);
        at = WriteField(span, 0, CursorTag, (ulong)_cursor.Length);
        _cursor.CopyTo(span[at..]);
        at = WriteField(span, at + _cursor.Length, CheckpointTag, 1);
        at = WriteField(span, at, ProgressTag, (ulong)progress);
        at = WriteField(span, at, SentTag, (ulong)_changes.Count);
        at = WriteField(span, at, TotalTag, (ulong)_changes.Count);
        at = WriteField(span, at, LastClientSeqTag, (ulong)_lastClientSeq);
        output.Advance(at);
        context.Complete();
    }

    private static int WriteField(Span<byte> span, int at, int tag, ulong value)
    {
        span[at++] = (byte)tag;
        for (; value >= 0x80; value >>= 7)
            span[at++] = (byte)(value | 0x80);
        span[at++] = (byte)value;
        return at;
    }

    private static int SizeOf(ulong value) => CodedOutputStream.ComputeUInt64Size(value);

    // All of these fields have numbers below 16, whose tags take one byte.
    private static int Tag(int field, WireFormat.WireType type) => checked((byte)WireFormat.MakeTag(field, type));
}
