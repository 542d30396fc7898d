using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Limits;

/// <summary>
/// The limits on what can be guessed. The address is counted first: what an address that is shut out tries does not use up
/// the attempts of the account.
/// </summary>
internal sealed class AttemptLimits(IOptions<LimitOptions> options) : IDisposable
{
    private readonly AttemptLimit _passwordsPerAddress =
        new("passwords_per_address", options.Value.PasswordsPerAddress, options.Value.AttemptWindow);

    private readonly AttemptLimit _passwordsPerAccount =
        new("passwords_per_account", options.Value.PasswordsPerAccount, options.Value.AttemptWindow);

    private readonly AttemptLimit _refreshesPerAddress =
        new("refreshes_per_address", options.Value.RefreshesPerAddress, options.Value.AttemptWindow);

    private readonly AttemptLimit _refreshesPerAccount =
        new("refreshes_per_account", options.Value.RefreshesPerAccount, options.Value.AttemptWindow);

    /// <summary>Counts a password that is tried for an account, which need not exist.</summary>
    public void CountPassword(string address, string email)
    {
        _passwordsPerAddress.Count(address);
        // A digest: the key is kept for a while, and what was sent may be megabytes.
        var account = SHA256.HashData(Encoding.UTF8.GetBytes(email.ToLowerInvariant()));
        _passwordsPerAccount.Count(Convert.ToHexStringLower(account));
    }

    public void CountRefresh(string address) => _refreshesPerAddress.Count(address);

    public void CountRefresh(Guid userId) => _refreshesPerAccount.Count(userId.ToString());

    public void Dispose()
    {
        _passwordsPerAddress.Dispose();
        _passwordsPerAccount.Dispose();
        _refreshesPerAddress.Dispose();
        _refreshesPerAccount.Dispose();
    }
}
