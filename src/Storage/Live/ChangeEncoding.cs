using Google.Protobuf;
using KhsCrm.V1;

namespace KhsCrm.Storage.Live;

/// <summary>Writes a change as the element of <see cref="Delta.Changes"/> that it is on the wire.</summary>
internal static class ChangeEncoding
{
    private static readonly uint Tag = WireFormat.MakeTag(Delta.ChangesFieldNumber, WireFormat.WireType.LengthDelimited);

    public static byte[] Encode(Change change)
    {
        var size = change.CalculateSize();
        var bytes = new byte[CodedOutputStream.ComputeTagSize(Delta.ChangesFieldNumber) + CodedOutputStream.ComputeLengthSize(size) + size];
        using var output = new CodedOutputStream(bytes);
        output.WriteTag(Tag);
        output.WriteLength(size);
        change.WriteTo(output);
        output.Flush();
        return bytes;
    }
}
