namespace KhsCrm.Development.Postgres;

/// <summary>
/// The user that the server runs as. PostgreSQL refuses to run as root, and what it serves has no need to be.
/// </summary>
internal sealed class ClusterAccount
{
    private readonly string[] _prefix;

    private ClusterAccount(string user, bool isOther, string[] prefix) =>
        (User, IsOther, _prefix) = (user, isOther, prefix);

    public string User { get; }

    /// <summary>Whether it is another user than the one of this process.</summary>
    public bool IsOther { get; }

    /// <summary>The command as this user runs it.</summary>
    public string[] Run(params string[] words) => [.. _prefix, .. words];

    public static async Task<ClusterAccount> ChooseAsync(CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return new ClusterAccount(Environment.UserName, isOther: false, []);

        foreach (var user in new[] { "postgres", "nobody" })
        {
            var group = await Command.RunAsync(["id", "-g", user], cancellationToken);
            if (!group.Succeeded)
                continue;
            // Which of these exists differs by distribution, and what they may do by container: so each is tried.
            string[][] ways =
            [
                ["setpriv", $"--reuid={user}", $"--regid={group.Output.Trim()}", "--clear-groups"],
                ["runuser", "-u", user, "--"],
                ["su", "-s", "/bin/sh", user, "-c", "exec \"$@\"", "--", "sh"],
            ];
            foreach (var way in ways)
            {
                if ((await Command.RunAsync([.. way, "true"], cancellationToken)).Succeeded)
                    return new ClusterAccount(user, isOther: true, way);
            }
        }
        throw new PrivateClusterException(
            "PostgreSQL does not run as root, and neither setpriv, runuser nor su can change to the user postgres or "
            + "nobody here. Run as another user, or give a connection string.");
    }

    /// <summary>Whether the user can enter the folder.</summary>
    public async Task<bool> ReachesAsync(string folder, CancellationToken cancellationToken) =>
        !IsOther
        || (await Command.RunAsync(Run("sh", "-c", "cd \"$1\"", "sh", folder), cancellationToken)).Succeeded;

    /// <summary>Whether the user can run the program.</summary>
    public async Task<bool> CanRunAsync(string program, CancellationToken cancellationToken) =>
        (await Command.RunAsync(Run(program, "--version"), cancellationToken)).Succeeded;

    /// <summary>Hands a file or folder that this process made to the user.</summary>
    public async Task TakeAsync(string path, CancellationToken cancellationToken)
    {
        if (!IsOther)
            return;
        var change = await Command.RunAsync(["chown", "-R", User, path], cancellationToken);
        if (!change.Succeeded)
            throw new PrivateClusterException($"{path} cannot be handed to the user {User}: {change.Output.Trim()}");
    }
}
