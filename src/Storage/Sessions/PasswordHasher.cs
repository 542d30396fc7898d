using System.Text;
using Microsoft.Extensions.Options;
using Bcrypt = BCrypt.Net.BCrypt;

namespace KhsCrm.Storage.Sessions;

/// <summary>Hashes passwords with bcrypt.</summary>
public sealed class PasswordHasher(IOptions<SignInOptions> options)
{
    /// <summary>What bcrypt reads: a longer password is refused, not cut (DESIGN §9.10).</summary>
    public const int MaxPasswordBytes = 72;

    // Verified in place of a user who does not exist, so that the answer takes as long.
    private readonly Lazy<string> _decoy =
        new(() => Bcrypt.HashPassword(Guid.NewGuid().ToString(), options.Value.BcryptCost));

    /// <summary>Hashes a password.</summary>
    /// <exception cref="ArgumentException">The password is longer than bcrypt reads.</exception>
    public string Hash(string password)
    {
        if (IsTooLong(password))
            throw new ArgumentException($"must be at most {MaxPasswordBytes} bytes", nameof(password));
        return Bcrypt.HashPassword(password, options.Value.BcryptCost);
    }

    /// <summary>Whether the password is the one that was hashed. Takes the same time for a hash that is none.</summary>
    /// <param name="password">What was typed.</param>
    /// <param name="hash">The stored hash; null for a user who does not exist, <c>!</c> for one who cannot sign in.</param>
    public bool Verify(string password, string? hash)
    {
        var isHash = hash is { Length: > 1 };
        return Bcrypt.Verify(IsTooLong(password) ? "" : password, isHash ? hash : _decoy.Value)
            && isHash && !IsTooLong(password);
    }

    /// <summary>Whether a hash was made with a lower cost than is configured now.</summary>
    public bool IsOutdated(string hash) => Bcrypt.PasswordNeedsRehash(hash, options.Value.BcryptCost);

    /// <summary>Whether bcrypt would cut the password.</summary>
    public static bool IsTooLong(string password) => Encoding.UTF8.GetByteCount(password) > MaxPasswordBytes;
}
