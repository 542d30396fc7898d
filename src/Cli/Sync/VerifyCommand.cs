using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using Spectre.Console;

namespace KhsCrm.Cli.Sync;

/// <summary><c>khs verify</c>: syncs, then compares this device with the server by digests, and repairs what differs.</summary>
internal static class VerifyCommand
{
    private static readonly Column[] Columns =
        [new("Kind"), new("Compared", IsNumber: true), new("Differed", IsNumber: true), new("Repaired", IsNumber: true), new("Now")];

    public static Command Create(CommandRunner runner)
    {
        var command = new KhsCommand(
            "verify", "Sync, compare this device with the server row by row, and repair what differs.", "verify", "verify --json");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var report = await SyncProgress.RunAsync(context, context.Client.VerifyAsync, cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(ToJson(report));
            else
                Print(context.Printer, report);
            return report.IsEqual ? ExitCode.Ok : ExitCode.Failed;
        }));
        return command;
    }

    private static void Print(Printer printer, VerifyReport report)
    {
        printer.Table(Columns, report.Entities.Select(entity => (IReadOnlyList<Cell>)
        [
            RowNames.Kind(entity.EntityType), Number(entity.Compared), Number(entity.Differing), Number(entity.Repaired),
            entity.IsEqual ? new Cell("equal", Color.Green) : new Cell("differs", Color.Maroon),
        ]));
        if (!report.IsEqual)
            printer.Error("This device still differs from the server. Next: khs sync, then khs verify again; or begin anew with another --data DIR");
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static JsonObject ToJson(VerifyReport report) => new()
    {
        ["is_equal"] = report.IsEqual,
        ["entities"] = new JsonArray([.. report.Entities.Select(entity => (JsonNode)new JsonObject
        {
            ["entity_type"] = Words.EntityType(entity.EntityType),
            ["compared"] = entity.Compared,
            ["differing"] = entity.Differing,
            ["repaired"] = entity.Repaired,
            ["received"] = entity.Received,
            ["is_equal"] = entity.IsEqual,
        })]),
    };
}
