using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Storage.Live;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>A frame's bytes are those of the message that it stands for.</summary>
public sealed class DeltaFrameTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 10, 1)]
    [InlineData(200, 127, 300)]
    [InlineData(20_000, 20_000, long.MaxValue)]
    public void A_frame_is_the_message_byte_by_byte(int changes, int cursorBytes, long lastClientSeq)
    {
        var delta = new Delta
        {
            Changes = { Enumerable.Range(0, changes).Select(i => new Change { Deleted = new Deleted { EntityId = $"{i}" } }) },
        };
        var shared = new LiveChanges(delta.ToByteArray(), changes);
        var cursor = new byte[cursorBytes];
        new Random(1).NextBytes(cursor);

        var written = new Written();
        new DeltaFrame().With(shared, cursor, lastClientSeq).Serialize(written);

        delta.Cursor = ByteString.CopyFrom(cursor);
        delta.Checkpoint = true;
        delta.Progress = new Progress { Sent = changes, EstimatedTotal = changes };
        delta.LastClientSeq = lastClientSeq;
        Assert.Equal(new SyncStreamResponse { Delta = delta }, SyncStreamResponse.Parser.ParseFrom(written.Bytes));
        Assert.Equal(written.PayloadLength, written.Bytes.Length);
    }

    [Fact]
    public void A_frame_that_is_filled_anew_holds_nothing_of_before()
    {
        var frame = new DeltaFrame();
        frame.With(new LiveChanges(new Delta { Changes = { new Change() } }.ToByteArray(), 1), [1, 2, 3], 7).Serialize(new Written());
        var written = new Written();
        frame.With(LiveChanges.None, [4], 8).Serialize(written);

        var delta = SyncStreamResponse.Parser.ParseFrom(written.Bytes).Delta;
        Assert.Equal((0, 8, "BA=="), (delta.Changes.Count, delta.LastClientSeq, delta.Cursor.ToBase64()));
    }

    private sealed class Written : SerializationContext
    {
        private readonly ArrayBufferWriter<byte> _buffer = new();

        public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

        public int PayloadLength { get; private set; }

        public override void SetPayloadLength(int payloadLength) => PayloadLength = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter() => _buffer;

        public override void Complete()
        {
        }
    }
}
