using System.CommandLine;
using KhsCrm.SyncServer.Hosting;

namespace KhsCrm.SyncServer.Commands;

/// <summary>What the executable can do. Without a command it serves; settings then come from the usual configuration.</summary>
internal static class ServerCommands
{
    public static RootCommand Create()
    {
        var settings = new Argument<string[]>("settings")
        {
            Description = "Configuration, such as --urls https://0.0.0.0:5443",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var root = new RootCommand("The KhsCrm sync service.") { TreatUnmatchedTokensAsErrors = false };
        root.Arguments.Add(settings);
        root.Subcommands.Add(MigrateCommand.Create());
        root.Subcommands.Add(SetPasswordCommand.Create());
        root.Subcommands.Add(DevelopmentCommand.Create());
        root.SetAction(async (result, cancellationToken) =>
        {
            string[] args = [.. result.GetValue(settings) ?? [], .. result.UnmatchedTokens];
            await using var app = ServerApp.Build(args);
            await app.RunAsync(cancellationToken);
            return 0;
        });
        return root;
    }
}
