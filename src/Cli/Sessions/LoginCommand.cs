using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;
using Spectre.Console;

namespace KhsCrm.Cli.Sessions;

/// <summary><c>khs login</c>.</summary>
internal static class LoginCommand
{
    public static Command Create(CommandRunner runner)
    {
        var email = new Argument<string>("EMAIL") { Description = "Who signs in." };
        var fromInput = new Option<bool>("--password-stdin") { Description = "Read the password from standard input." };
        var command = new KhsCommand(
            "login", "Sign in. The password is asked for, or read from standard input.",
            "login owner@khscrm.com --server https://crm.example.com",
            "login owner@khscrm.com --password-stdin < password.txt") { email, fromInput };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            if (context.Server is null && (await context.Client.GetDeviceAsync(cancellationToken)).ServerAddress is null)
                throw new UsageException("No server is known yet: use --server https://crm.example.com. This device remembers it.");
            var password = await PasswordAsync(context.Terminal, context.Get(fromInput), cancellationToken);
            var user = await context.Client.SignInAsync(context.Require(email), password, cancellationToken);
            context.Printer.Answer(user, $"Signed in as {user.Name} ({Words.Role(user.Role)}). Next: khs sync");
        }));
        return command;
    }

    private static async Task<string> PasswordAsync(Terminal terminal, bool fromInput, CancellationToken cancellationToken)
    {
        if (fromInput)
            return await terminal.In.ReadLineAsync(cancellationToken) ?? "";
        if (!terminal.CanAsk)
            throw new UsageException("Cannot ask for the password here: use --password-stdin.");
        return await new TextPrompt<string>("Password:").Secret(null).ShowAsync(terminal.ErrorCanvas(), cancellationToken);
    }
}
