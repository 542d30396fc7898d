using System.Buffers;
using Google.Protobuf;

namespace KhsCrm.Benchmarks.Wire;

/// <summary>
/// Walks over the fields of an encoded message without making objects of them, for readers whose own work is not what is
/// measured. Of varints and of what has a length, which is all that SyncStream sends.
/// </summary>
internal ref struct FieldReader(ReadOnlySequence<byte> message)
{
    private SequenceReader<byte> _reader = new(message);

    /// <summary>The field's number.</summary>
    public int Number { get; private set; }

    /// <summary>The value of a varint, and of other fields their length.</summary>
    public ulong Value { get; private set; }

    /// <summary>The content of a field that has a length.</summary>
    public ReadOnlySequence<byte> Content { get; private set; }

    /// <summary>Goes to the next field.</summary>
    public bool Next()
    {
        if (_reader.End)
            return false;
        var tag = (uint)Varint();
        Number = WireFormat.GetTagFieldNumber(tag);
        Value = Varint();
        Content = default;
        if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
        {
            Content = _reader.UnreadSequence.Slice(0, (long)Value);
            _reader.Advance((long)Value);
        }

        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; _reader.TryRead(out var part); shift += 7)
        {
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                break;
        }

        return value;
    }
}
