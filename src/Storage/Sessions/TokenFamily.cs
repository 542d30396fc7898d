using System.Security.Cryptography;

namespace KhsCrm.Storage.Sessions;

/// <summary>
/// The refresh tokens of one session. Each carries a MAC under the session's key, so a token that was traded long ago is
/// recognised without a row of its own, and ends the session as any reused token does. The key opens nothing: only the
/// newest token, whose digest is stored, does.
/// </summary>
internal static class TokenFamily
{
    private const int IdBytes = 16;
    private const int SecretBytes = 16;
    private const int MacBytes = 16;

    /// <summary>A key for a new session.</summary>
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>A new token of a session.</summary>
    public static string Issue(Guid familyId, byte[] key)
    {
        var token = new byte[IdBytes + SecretBytes + MacBytes];
        familyId.TryWriteBytes(token);
        RandomNumberGenerator.Fill(token.AsSpan(IdBytes, SecretBytes));
        Mac(key, token).CopyTo(token, IdBytes + SecretBytes);
        return Convert.ToHexStringLower(token);
    }

    /// <summary>The session that a token claims to be of; null for a token of another form.</summary>
    public static Guid? FamilyOf(string token) => Bytes(token) is { } bytes ? new Guid(bytes.AsSpan(0, IdBytes)) : null;

    /// <summary>Whether a token was issued for the session that has this key.</summary>
    public static bool IsOf(string token, byte[] key) =>
        Bytes(token) is { } bytes
        && CryptographicOperations.FixedTimeEquals(Mac(key, bytes), bytes.AsSpan(IdBytes + SecretBytes));

    private static byte[] Mac(byte[] key, byte[] token) =>
        HMACSHA256.HashData(key, token.AsSpan(0, IdBytes + SecretBytes))[..MacBytes];

    private static byte[]? Bytes(string token)
    {
        var bytes = new byte[IdBytes + SecretBytes + MacBytes];
        return token.Length == 2 * bytes.Length
            && Convert.FromHexString(token, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : null;
    }
}
