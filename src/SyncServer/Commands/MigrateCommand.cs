using System.CommandLine;
using KhsCrm.Storage.Schema;

namespace KhsCrm.SyncServer.Commands;

/// <summary><c>migrate</c>: brings a database to the newest schema, and nothing else.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var connection = ConnectionOption.Create();
        var command = new Command("migrate", "Bring a database to the newest schema.") { connection };
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                await SchemaMigrator.MigrateAsync(result.GetValue(connection)!, cancellationToken);
            }
            catch (Exception exception) when (StartFault.IsExpected(exception))
            {
                return await StartFault.ReportAsync(exception);
            }

            await Console.Out.WriteLineAsync("The schema is up to date.");
            return 0;
        });
        return command;
    }
}
