using System.CommandLine;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Commands;

/// <summary><c>set-password EMAIL</c>: gives a user the password on standard input, and ends their sessions.</summary>
internal static class SetPasswordCommand
{
    public static Command Create()
    {
        var email = new Argument<string>("email") { Description = "The user's address." };
        var connection = ConnectionOption.Create();
        var command = new Command("set-password", "Give a user the password on standard input.") { email, connection };
        command.SetAction(async (result, cancellationToken) =>
        {
            var password = (await Console.In.ReadLineAsync(cancellationToken)) ?? "";
            if (PasswordRules.FindViolation(password) is { } violation)
            {
                await Console.Error.WriteLineAsync($"A password {violation}.");
                return 2;
            }

            try
            {
                return await SetAsync(result.GetValue(connection)!, result.GetValue(email)!, password, cancellationToken);
            }
            catch (Exception exception) when (StartFault.IsExpected(exception))
            {
                return await StartFault.ReportAsync(exception);
            }
        });
        return command;
    }

    private static async Task<int> SetAsync(string connection, string email, string password, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connection);
        var options = Options.Create(new SignInOptions());
        var sessions = new SessionStore(dataSource, new PasswordHasher(options), options, TimeProvider.System);
        if (await sessions.SetPasswordAsync(email, password, cancellationToken))
        {
            await Console.Out.WriteLineAsync("The password is set, and the user's sessions have ended.");
            return 0;
        }

        await Console.Error.WriteLineAsync($"error: There is no user {email}.");
        return 1;
    }
}
