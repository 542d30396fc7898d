using System.CommandLine;
using KhsCrm.Storage.Sessions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Commands;

/// <summary><c>set-password EMAIL</c>: gives a user the password on standard input, and ends their sessions.</summary>
internal static class SetPasswordCommand
{
    public static Command Create()
    {
        var email = new Argument<string>("email") { Description = "The user's address." };
        var connection = new Option<string>("--connection")
        {
            Description = "The PostgreSQL database, as an Npgsql connection string.",
            Required = true,
        };
        var command = new Command("set-password", "Give a user the password on standard input.") { email, connection };
        command.SetAction(async (result, cancellationToken) =>
        {
            var password = (await Console.In.ReadLineAsync(cancellationToken)) ?? "";
            if (PasswordRules.FindViolation(password) is { } violation)
            {
                await Console.Error.WriteLineAsync($"A password {violation}.");
                return 2;
            }

            await using var dataSource = NpgsqlDataSource.Create(result.GetValue(connection)!);
            var options = Options.Create(new SignInOptions());
            var sessions = new SessionStore(dataSource, new PasswordHasher(options), options, TimeProvider.System);
            var isSet = await sessions.SetPasswordAsync(result.GetValue(email)!, password, cancellationToken);
            await Console.Out.WriteLineAsync(isSet ? "The password is set." : "There is no such user.");
            return isSet ? 0 : 1;
        });
        return command;
    }
}
