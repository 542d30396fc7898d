using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Paging;

/// <summary>
/// Opaque page tokens: where the page ended, signed together with the request and the user it belongs to. A token of
/// another query, of another user or of nobody's making is refused rather than misread.
/// </summary>
internal sealed class PageTokens(IOptions<AuthOptions> options)
{
    private const int DefaultSize = 100;
    private const int MaxSize = 1_000;
    private const int MacLength = 16;
    private static readonly byte[] Purpose = "khscrm page token\0"u8.ToArray();

    private readonly byte[][] _keys = [.. options.Value.SigningKeys.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads page_size and page_token of a request.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="request">The request: all its other fields are what the token is bound to.</param>
    /// <param name="defaultSize">The size of a page for which none was asked.</param>
    /// <exception cref="RpcFault">The size is out of range, or the token is none of this user's and request's.</exception>
    public PageRequest<TPosition> Open<TPosition>(CurrentUser user, IMessage request, int defaultSize = DefaultSize)
        where TPosition : class
    {
        var query = request.Descriptor.Parser.ParseFrom(request.ToByteString());
        var size = (int)Take(query, "page_size");
        var token = (string)Take(query, "page_token");
        if (size is < 0 or > MaxSize)
            throw RpcFault.Field("page_size", "must be 1 to 1,000, or 0 for the default");
        var bound = Bind(user, query);
        return new PageRequest<TPosition>(
            size == 0 ? defaultSize : size,
            token.Length == 0 ? null : Decode<TPosition>(bound, token),
            position => Encode(bound, position));
    }

    private static object Take(IMessage request, string field)
    {
        var accessor = request.Descriptor.FindFieldByName(field).Accessor;
        var value = accessor.GetValue(request);
        accessor.Clear(request);
        return value;
    }

    private static byte[] Bind(CurrentUser user, IMessage query) => SHA256.HashData(
        [.. user.Id.ToByteArray(), .. Encoding.UTF8.GetBytes(query.Descriptor.FullName), 0, .. query.ToByteArray()]);

    private string Encode<TPosition>(byte[] bound, TPosition position)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(position);
        return Base64Url.EncodeToString([.. Mac(_keys[0], bound, json), .. json]);
    }

    private TPosition Decode<TPosition>(byte[] bound, string token)
    {
        if (Base64Url.IsValid(token) && Base64Url.DecodeFromChars(token) is { Length: > MacLength } bytes)
        {
            var json = bytes.AsSpan(MacLength);
            foreach (var key in _keys)
            {
                if (CryptographicOperations.FixedTimeEquals(Mac(key, bound, json), bytes.AsSpan(0, MacLength)))
                    return JsonSerializer.Deserialize<TPosition>(json)!;
            }
        }

        throw RpcFault.Field("page_token", "must be the next_page_token of the same request by the same user");
    }

    private static byte[] Mac(byte[] key, byte[] bound, ReadOnlySpan<byte> json) =>
        HMACSHA256.HashData(key, (byte[])[.. Purpose, .. bound, .. json])[..MacLength];
}
