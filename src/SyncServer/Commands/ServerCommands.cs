using System.CommandLine;

namespace KhsCrm.SyncServer.Commands;

/// <summary>What the executable can do besides serving.</summary>
internal static class ServerCommands
{
    /// <summary>Whether the arguments are configuration, such as <c>--urls</c>, and no command: then the executable serves.</summary>
    public static bool IsConfiguration(string[] args) =>
        args.Length == 0
        || (args[0].StartsWith("--", StringComparison.Ordinal) && args[0] is not ("--help" or "--version"));

    public static RootCommand Create() => new("The KhsCrm sync service. Without a command it serves; settings such as --urls come from the usual configuration.")
    {
        MigrateCommand.Create(),
        SetPasswordCommand.Create(),
        HistoryCommand.Create(),
    };
}
