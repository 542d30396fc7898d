using System.CommandLine;

namespace KhsCrm.Cli.Commands;

/// <summary>A group of commands that, without one of them, lists.</summary>
internal static class ListedAlone
{
    public static Command With(Command group)
    {
        group.Action = group.Subcommands.Single(command => command.Name == "list").Action;
        return group;
    }
}
