namespace KhsCrm.Cli.Commands;

/// <summary>Finds a user by what people know of them.</summary>
internal static class UserLookup
{
    public static async Task<string> ResolveAsync(CommandContext context, string typed, CancellationToken cancellationToken)
    {
        var users = await context.Client.Users.ListAsync(cancellationToken: cancellationToken);
        var named = users.Where(user =>
            string.Equals(user.Email, typed, StringComparison.OrdinalIgnoreCase)
            || string.Equals(user.Name, typed, StringComparison.OrdinalIgnoreCase)).ToList();
        return named.Count == 1
            ? named[0].Id
            : await IdPrefix.ResolveAsync(typed, "user", context.Client.Users.FindIdsAsync, cancellationToken);
    }
}
