using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Operations;

/// <summary><c>khs health</c>: how the server and its database are. Owners only.</summary>
internal static class HealthCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new KhsCommand("health", "Show how the server's sync and its database are. For owners.", "health", "health --json");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var sync = await context.Client.CallAsync(
                (invoker, options) => Client(invoker).GetSyncStatusAsync(new(), options), cancellationToken);
            var database = await context.Client.CallAsync(
                (invoker, options) => Client(invoker).GetDatabaseHealthAsync(new(), options), cancellationToken);
            if (context.Printer.IsJson)
            {
                context.Printer.Json(new JsonObject
                {
                    ["sync_status"] = Printer.ToJson(sync.SyncStatus),
                    ["database_health"] = Printer.ToJson(database.DatabaseHealth),
                });
                return;
            }

            HealthText.Print(context.Printer, sync.SyncStatus);
            HealthText.Print(context.Printer, database.DatabaseHealth);
        }));
        return command;
    }

    private static OperationsService.OperationsServiceClient Client(Grpc.Core.CallInvoker invoker) => new(invoker);
}
