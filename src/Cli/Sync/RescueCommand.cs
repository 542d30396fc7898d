using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Sync;

/// <summary><c>khs rescue</c>.</summary>
internal static class RescueCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new KhsCommand(
            "rescue", "Replace a damaged store with a new one that keeps its unsent edits.", "rescue", "rescue --data /mnt/phone");
        command.SetAction(runner.ActionOnFolder(async (options, printer, cancellationToken) =>
        {
            var report = await KhsCrmClient.RescueAsync(options, cancellationToken);
            if (printer.IsJson)
                printer.Json(ToJson(report));
            printer.Line($"Saved {Words.Count(report.SavedEdits, "edit")}{Lost(report)}. The damaged file is {report.DamagedFile}.");
            printer.Line(report.IsSignedIn ? "Next: khs sync" : "Next: khs login EMAIL, then khs sync");
        }));
        return command;
    }

    private static string Lost(RescueReport report) =>
        report.LostEdits == 0 ? "" : $"; {Words.Count(report.LostEdits, "edit")} could not be read";

    private static JsonObject ToJson(RescueReport report) => new()
    {
        ["saved_edits"] = report.SavedEdits,
        ["lost_edits"] = report.LostEdits,
        ["is_signed_in"] = report.IsSignedIn,
        ["damaged_file"] = report.DamagedFile,
    };
}
