using KhsCrm.Cli.Commands;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Ids;

/// <summary>Finds a user by what people know of them.</summary>
internal static class UserLookup
{
    public static async Task<User> ResolveAsync(CommandContext context, string typed, CancellationToken cancellationToken)
    {
        var users = await context.Client.Users.ListAsync(cancellationToken: cancellationToken);
        var named = users.Where(user =>
            string.Equals(user.Email, typed, StringComparison.OrdinalIgnoreCase)
            || string.Equals(user.Name, typed, StringComparison.OrdinalIgnoreCase)).ToList();
        if (named.Count == 0 && typed.Length > 0)
            named = [.. users.Where(user => user.Id.StartsWith(typed, StringComparison.OrdinalIgnoreCase))];
        return named.Count switch
        {
            1 => named[0],
            0 => throw new KhsCrmException($"There is no user {typed} on this device. There is: {Names(users)}.") { Reason = ErrorReason.RowNotFound },
            _ => throw new Errors.UsageException($"'{typed}' may be more than one: give the e-mail address or the id."),
        };
    }

    private static string Names(IReadOnlyList<User> users) =>
        string.Join(", ", users.Select(user => user.Email.Length > 0 ? user.Email : user.Name));
}
