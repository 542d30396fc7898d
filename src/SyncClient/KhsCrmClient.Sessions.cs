using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <content>Signing in and out.</content>
public sealed partial class KhsCrmClient
{
    /// <summary>
    /// Signs a user in. What this device holds stays, unless it is another user's. A sync that was started goes on by itself.
    /// </summary>
    /// <param name="email">The user's address.</param>
    /// <param name="password">The user's password; not kept.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The user.</returns>
    /// <exception cref="KhsCrmException">The server refused, or no server address is known.</exception>
    /// <exception cref="ServerUnreachableException">The server did not answer.</exception>
    /// <exception cref="UnsentEditsException">Another user's edits are still on this device.</exception>
    public async Task<User> SignInAsync(string email, string password, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(email) || string.IsNullOrEmpty(password))
        {
            throw new KhsCrmException("To sign in, an e-mail address and a password are needed.")
            {
                Reason = ErrorReason.InvalidCredentials,
            };
        }

        var addresses = _options.ServerAddress
            ?? (await _store.ReadAsync(DeviceState.Read, cancellationToken).ConfigureAwait(false)).ServerAddress
            ?? "";
        var takeOver = await _signIn.AskAsync(addresses, email, password, cancellationToken).ConfigureAwait(false);
        return await _life.WhileStoppedAsync(takeOver, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Signs out, at once and without a network. What this device holds can no longer be read, and is there again when the same
    /// user signs in. The session on the server ends as soon as there is a network.
    /// </summary>
    public async Task SignOutAsync(CancellationToken cancellationToken = default)
    {
        await _life.WhileStoppedAsync(
            async () =>
            {
                await _signIn.SignOutAsync(cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        _life.RunBeside(_loop.RunChoresAsync);
    }
}
