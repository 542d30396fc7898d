using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new Command("status", "Show who is signed in, when this device last synced, and what waits to be sent.");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var device = await context.Client.GetDeviceAsync(cancellationToken);
            if (context.Printer.IsJson)
            {
                context.Printer.Json(new JsonObject
                {
                    ["device_id"] = device.DeviceId,
                    ["server"] = device.ServerAddress,
                    ["user"] = device.User is null ? null : Printer.ToJson(device.User),
                    ["must_sign_in_again"] = device.MustSignInAgain,
                    ["last_checkpoint_at"] = device.LastCheckpointAt?.ToString("O", CultureInfo.InvariantCulture),
                    ["outbox"] = new JsonObject
                    {
                        ["unsent"] = device.Outbox.Unsent,
                        ["deferred"] = device.Outbox.Deferred,
                        ["unconfirmed"] = device.Outbox.Unconfirmed,
                        ["rejected"] = device.Outbox.Rejected,
                    },
                    ["conflicts"] = device.Outbox.Conflicts,
                });
            }

            var who = device.User is { } user ? $"{user.Name} ({Words.Role(user.Role)})" : "nobody";
            context.Printer.Fields(
                ("Signed in", device.MustSignInAgain ? $"{who}; the session has ended: sign in again to sync" : who),
                ("Server", device.ServerAddress ?? "none yet"),
                ("Device", device.DeviceId),
                ("Last synced", device.LastCheckpointAt?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "never"),
                ("To send", device.Outbox.Unsent.ToString(CultureInfo.InvariantCulture)),
                ("Deferred", Count(device.Outbox.Deferred)),
                ("Unconfirmed", Count(device.Outbox.Unconfirmed)),
                ("Rejected", Count(device.Outbox.Rejected)),
                ("Conflicts", Count(device.Outbox.Conflicts)));
        }));
        return command;
    }

    private static string Count(long count) => count == 0 ? "" : count.ToString(CultureInfo.InvariantCulture);
}
