using System.Buffers;
using System.Text;
using Google.Protobuf;
using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas.Wire;

/// <summary>Pooled bytes into which the changes of a page are written as the <c>changes</c> of a Delta that they are on the wire.</summary>
internal sealed class PageBuffer : IDisposable
{
    private const int InitialSize = 65_536;

    // Three tags of a byte and three lengths of five at most: Delta.changes, Change.entity, and the row of Entity.
    private const int HeadSize = 18;

    private const int MaxBytesOfCharacter = 3;

    // Its length takes one byte whatever is in it.
    private const int ShortText = 0x7F / MaxBytesOfCharacter;

    private static readonly uint Changes = WireFormat.MakeTag(Delta.ChangesFieldNumber, WireFormat.WireType.LengthDelimited);
    private static readonly uint EntityTag = WireFormat.MakeTag(Change.EntityFieldNumber, WireFormat.WireType.LengthDelimited);

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _length;

    public ReadOnlySpan<byte> this[PageSlot slot] => _bytes.AsSpan(slot.Offset, slot.Length);

    /// <summary>Begins a row; its fields are written next.</summary>
    public int BeginRow()
    {
        var start = _length;
        Reserve(HeadSize);
        _length += HeadSize;
        return start;
    }

    /// <summary>Ends a row: what goes before it is written now that its length is known.</summary>
    public PageSlot EndRow(int start, uint rowTag)
    {
        var body = _length - start - HeadSize;
        var entity = SizeOf(rowTag) + SizeOf((uint)body) + body;
        var change = SizeOf(EntityTag) + SizeOf((uint)entity) + entity;
        var total = SizeOf(Changes) + SizeOf((uint)change) + change;
        var begin = _length - total;
        var at = WriteVarint(begin, Changes);
        at = WriteVarint(at, (uint)change);
        at = WriteVarint(at, EntityTag);
        at = WriteVarint(at, (uint)entity);
        at = WriteVarint(at, rowTag);
        WriteVarint(at, (uint)body);
        return new PageSlot(begin, total);
    }

    /// <summary>Writes a change that is at hand as a message.</summary>
    public PageSlot Add(Change change)
    {
        var start = _length;
        var size = change.CalculateSize();
        WriteTag(Changes);
        WriteVarint((uint)size);
        change.WriteTo(Take(size));
        return new PageSlot(start, _length - start);
    }

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _length = 0;

    public void WriteTag(uint tag) => WriteVarint(tag);

    public void WriteVarint(ulong value)
    {
        Reserve(10);
        _length = WriteVarint(_length, value);
    }

    /// <summary>Gives the next bytes to write into.</summary>
    public Span<byte> Take(int size)
    {
        Reserve(size);
        var span = _bytes.AsSpan(_length, size);
        _length += size;
        return span;
    }

    /// <summary>Writes a string with its length.</summary>
    public void WriteText(string text)
    {
        if (text.Length <= ShortText)
        {
            Reserve(1 + (text.Length * MaxBytesOfCharacter));
            var length = Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length + 1));
            _bytes[_length] = (byte)length;
            _length += 1 + length;
            return;
        }

        var size = Encoding.UTF8.GetByteCount(text);
        WriteVarint((uint)size);
        Encoding.UTF8.GetBytes(text, Take(size));
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private static int SizeOf(uint value) => CodedOutputStream.ComputeUInt32Size(value);

    private int WriteVarint(int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes[at++] = (byte)(value | 0x80);
        _bytes[at++] = (byte)value;
        return at;
    }

    private void Reserve(int size)
    {
        if (_length + size <= _bytes.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + size));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
