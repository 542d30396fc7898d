using System.Buffers.Binary;
using System.Buffers.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.SyncServer.Errors;

namespace KhsCrm.SyncServer.Rows;

/// <summary>Opaque names of the versions of rows.</summary>
internal static class Etags
{
    private const int Length = sizeof(long) + sizeof(int);

    /// <summary>Names a row's version in the row.</summary>
    public static T WithEtag<T>(this T row)
        where T : class, IMessage<T>, new()
    {
        var kind = EntityKinds.Of<T>();
        kind.Etag!.Value.Set(row, Of(kind.GetVersion(row)));
        return row;
    }

    private static string Of(Timestamp? version)
    {
        if (version is null)
            return "";
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, version.Seconds);
        BinaryPrimitives.WriteInt32BigEndian(bytes[sizeof(long)..], version.Nanos);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The version that an etag names; null for no etag.</summary>
    /// <exception cref="RpcFault">It is none of ours.</exception>
    public static Timestamp? Parse(string field, string etag)
    {
        if (etag.Length == 0)
            return null;
        Span<byte> bytes = stackalloc byte[Length];
        if (!Base64Url.IsValid(etag, out var length) || length != Length || !Base64Url.TryDecodeFromChars(etag, bytes, out _))
            throw RpcFault.Field(field, "must be the etag of an answer, or empty");
        return new Timestamp
        {
            Seconds = BinaryPrimitives.ReadInt64BigEndian(bytes),
            Nanos = BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(long)..]),
        };
    }
}
