using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Bcrypt = BCrypt.Net.BCrypt;

namespace KhsCrm.Storage.Sessions;

/// <summary>Hashes passwords with bcrypt.</summary>
public sealed partial class PasswordHasher(IOptions<SignInOptions> options)
{
    /// <summary>What bcrypt reads: a longer password is refused, not cut (DESIGN §9.10).</summary>
    public const int MaxPasswordBytes = 72;

    /// <summary>Hashes a password.</summary>
    /// <exception cref="ArgumentException">The password is longer than bcrypt reads.</exception>
    public string Hash(string password)
    {
        if (IsTooLong(password))
            throw new ArgumentException($"must be at most {MaxPasswordBytes} bytes", nameof(password));
        return Bcrypt.HashPassword(password, options.Value.BcryptCost);
    }

    /// <summary>
    /// Whether the password is the one that was hashed. Takes the same time for every user, for a hash that is none, and
    /// for one of a lower cost than is configured; one of a higher cost takes longer, until it is hashed anew.
    /// </summary>
    /// <param name="password">What was typed.</param>
    /// <param name="hash">The stored hash; null for a user who does not exist, <c>!</c> for one who cannot sign in.</param>
    public bool Verify(string password, string? hash)
    {
        var readable = IsTooLong(password) ? "" : password;
        var isRight = false;
        foreach (var tried in ToTry(hash))
            isRight |= Bcrypt.Verify(readable, tried) && tried == hash;
        return isRight && !IsTooLong(password);
    }

    /// <summary>
    /// The hashes that a password is tried against: the stored one, and decoys for the rounds it lacks. A cost of c is 2^c
    /// rounds, so that c, c, c + 1, … up to one below the configured cost make up for a hash of cost c.
    /// </summary>
    internal IReadOnlyList<string> ToTry(string? hash)
    {
        var cost = options.Value.BcryptCost;
        if (hash is null || !BcryptHash().IsMatch(hash))
            return [Decoy(cost)];
        var own = int.Parse(hash.AsSpan(hash.Length - 56, 2), NumberStyles.None, CultureInfo.InvariantCulture);
        return [hash, .. Enumerable.Range(own, Math.Max(0, cost - own)).Select(Decoy)];
    }

    /// <summary>Whether a hash was made with a lower cost than is configured now.</summary>
    public bool IsOutdated(string hash) => Bcrypt.PasswordNeedsRehash(hash, options.Value.BcryptCost);

    /// <summary>Whether bcrypt would cut the password.</summary>
    public static bool IsTooLong(string password) => Encoding.UTF8.GetByteCount(password) > MaxPasswordBytes;

    // Nobody knows a password of it, and if somebody did: no user has it.
    private static string Decoy(int cost) =>
        string.Create(CultureInfo.InvariantCulture, $"$2a${cost:00}$KhsCrmDecoyKhsCrmDecoyu.KhsCrmDecoyKhsCrmDecoyKhsCrmDe");

    [GeneratedRegex(@"\A\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}\z")]
    private static partial Regex BcryptHash();
}
