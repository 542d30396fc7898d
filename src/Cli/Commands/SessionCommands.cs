using System.CommandLine;
using KhsCrm.Cli.Output;
using Spectre.Console;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs login</c> and <c>khs logout</c>.</summary>
internal static class SessionCommands
{
    public static Command Login(CommandRunner runner)
    {
        var email = new Argument<string>("EMAIL") { Description = "Who signs in." };
        var fromInput = new Option<bool>("--password-stdin") { Description = "Read the password from standard input." };
        var command = new Command("login", "Sign in. The password is asked for, or read from standard input.") { email, fromInput };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var password = await PasswordAsync(context, context.Get(fromInput), cancellationToken);
            var user = await context.Client.SignInAsync(context.Require(email), password, cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(Printer.ToJson(user));
            context.Printer.Line($"Signed in as {user.Name} ({Words.Role(user.Role)}). Next: khs sync");
        }));
        return command;
    }

    public static Command Logout(CommandRunner runner)
    {
        var command = new Command("logout", "Sign out. What is on this device is kept for the same user.");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            await context.Client.SignOutAsync(cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new System.Text.Json.Nodes.JsonObject());
            context.Printer.Line("Signed out.");
        }));
        return command;
    }

    private static async Task<string> PasswordAsync(CommandContext context, bool fromInput, CancellationToken cancellationToken)
    {
        if (fromInput)
            return await context.Input.ReadLineAsync(cancellationToken) ?? "";
        if (Console.IsInputRedirected)
            throw new UsageException("There is nobody to ask for the password: give it with --password-stdin.");
        return await new TextPrompt<string>("Password:").Secret(null).ShowAsync(
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), cancellationToken);
    }
}
