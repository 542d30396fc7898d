using System.Buffers.Text;
using System.Text;
using KhsCrm.SyncServer.Errors;

namespace KhsCrm.SyncServer.Services;

/// <summary>
/// Opaque page tokens: the key of the last row, bound to the query it belongs to, so that a token of another query is
/// refused rather than misread.
/// </summary>
internal static class PageTokens
{
    public static string Encode(string query, DateTime time, Guid id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{query}|{time.Ticks:D}|{id}"));

    /// <exception cref="RpcFault">The token is none of this query's.</exception>
    public static (DateTime Time, Guid Id)? Decode(string query, string token)
    {
        if (token.Length == 0)
            return null;
        if (Base64Url.IsValid(token)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('|') is [var of, var ticks, var id]
            && of == query
            && long.TryParse(ticks, out var time) && time is >= 0 && time <= DateTime.MaxValue.Ticks
            && Guid.TryParse(id, out var guid))
        {
            return (new DateTime(time, DateTimeKind.Utc), guid);
        }

        throw RpcFault.Field("page_token", "must be the next_page_token of the same request");
    }

    public static string EncodeText(string query, string key, Guid id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{query}|{id}|{key}"));

    /// <exception cref="RpcFault">The token is none of this query's.</exception>
    public static (string Key, Guid Id)? DecodeText(string query, string token)
    {
        if (token.Length == 0)
            return null;
        // The key is people's text: it comes last, and may hold anything but what PostgreSQL cannot store.
        if (Base64Url.IsValid(token)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('|', 3) is [var of, var id, var key]
            && of == query && Guid.TryParse(id, out var guid) && !key.Contains('\0', StringComparison.Ordinal))
        {
            return (key, guid);
        }

        throw RpcFault.Field("page_token", "must be the next_page_token of the same request");
    }

    /// <summary>The page size asked for, or the default.</summary>
    /// <exception cref="RpcFault">It is out of range.</exception>
    public static int Size(int pageSize, int fallback = 100) => pageSize switch
    {
        0 => fallback,
        >= 1 and <= 1_000 => pageSize,
        _ => throw RpcFault.Field("page_size", "must be 1 to 1,000"),
    };
}
