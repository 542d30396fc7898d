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

/// <summary><c>khs status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new KhsCommand(
            "status", "Show who is signed in, when this device last synced, and what is not sent yet.", "status", "status --json");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var device = await context.Client.GetDeviceAsync(cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(ToJson(device));
            Print(context.Printer, device);
            return ExitCode.Of(device.Outbox);
        }));
        return command;
    }

    private static void Print(Printer printer, DeviceInfo device)
    {
        var outbox = device.Outbox;
        printer.Fields(
            ("Signed in", Who(device)),
            ("Server", device.ServerAddress ?? "none yet"),
            ("Device", device.DeviceId),
            ("Last synced", device.LastCheckpointAt is { } at ? Words.Time(at) : device.User is null ? "never" : "never. Next: khs sync"),
            ("To send", outbox.Unsent == 0 ? "nothing" : $"{Words.Count(outbox.Unsent, "edit")}. Next: khs sync"),
            ("Deferred", outbox.Deferred == 0 ? "" : $"{Words.Count(outbox.Deferred, "edit waits", "edits wait")} on the server for another row"),
            ("Unconfirmed", outbox.Unconfirmed == 0 ? "" : $"{Words.Count(outbox.Unconfirmed, "edit")}. Next: khs sync"),
            ("Rejected", outbox.Rejected == 0 ? "" : new Cell($"{Words.Count(outbox.Rejected, "edit")}. Next: khs outbox failed", Color.Maroon)),
            ("Conflicts", outbox.Conflicts == 0 ? "" : $"{outbox.Conflicts.ToString(CultureInfo.InvariantCulture)}. Next: khs conflicts list"));
    }

    private static string Who(DeviceInfo device) => device switch
    {
        { User: null } => "nobody. Next: khs login EMAIL",
        { User: { } user, MustSignInAgain: true } => $"{user.Name} ({Words.Role(user.Role)}); the session has ended. Next: khs login {user.Email}",
        { User: { } user } => $"{user.Name} ({Words.Role(user.Role)})",
    };

    private static JsonObject ToJson(DeviceInfo device) => new()
    {
        ["device_id"] = device.DeviceId,
        ["server"] = device.ServerAddress,
        ["user"] = device.User is null ? null : Printer.ToJson(device.User),
        ["must_sign_in_again"] = device.MustSignInAgain,
        ["last_checkpoint_at"] = device.LastCheckpointAt is { } at ? Printer.ToJson(at) : null,
        ["outbox"] = new JsonObject
        {
            ["unsent"] = device.Outbox.Unsent,
            ["deferred"] = device.Outbox.Deferred,
            ["unconfirmed"] = device.Outbox.Unconfirmed,
            ["rejected"] = device.Outbox.Rejected,
        },
        ["conflicts"] = device.Outbox.Conflicts,
    };
}
