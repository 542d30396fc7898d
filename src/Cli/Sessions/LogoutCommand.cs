using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;

namespace KhsCrm.Cli.Sessions;

/// <summary><c>khs logout</c>.</summary>
internal static class LogoutCommand
{
    public static Command Create(CommandRunner runner)
    {
        var command = new KhsCommand("logout", "Sign out. What is on this device is kept for the same user.", "logout");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var device = await context.Client.GetDeviceAsync(cancellationToken);
            await context.Client.SignOutAsync(cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["signed_out"] = device.User is null ? null : Printer.ToJson(device.User) });
            context.Printer.Line(device.User is { } user ? $"{user.Name} is signed out." : "Nobody was signed in.");
            if (device.User is not null && device.Outbox.Unsent > 0)
            {
                context.Printer.Error(
                    $"{Words.Count(device.Outbox.Unsent, "edit stays", "edits stay")} here, not sent, until {device.User.Email} signs in again and syncs.");
            }
        }));
        return command;
    }
}
