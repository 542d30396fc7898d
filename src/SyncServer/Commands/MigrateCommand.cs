using System.CommandLine;
using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Hosting;

namespace KhsCrm.SyncServer.Commands;

/// <summary><c>migrate</c>: brings a database to the newest schema, and nothing else.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var connection = ConnectionOption.Create();
        var plan = new Option<bool>("--plan") { Description = "Show the SQL that would be run, and change nothing." };
        var lockTimeout = new Option<TimeSpan>("--lock-timeout")
        {
            Description = "How long a statement waits for a table in use before the migration steps back and tries again.",
            DefaultValueFactory = _ => new MigrationSettings().LockTimeout,
        };
        var command = new Command("migrate", "Bring a database to the newest schema.") { connection, plan, lockTimeout };
        command.SetAction(async (result, cancellationToken) =>
        {
            try
            {
                if (result.GetValue(plan))
                    await PlanAsync(result.GetValue(connection)!, cancellationToken);
                else
                    await MigrateAsync(result.GetValue(connection)!, result.GetValue(lockTimeout), cancellationToken);
                return 0;
            }
            catch (Exception exception) when (StartFault.IsExpected(exception))
            {
                return await StartFault.ReportAsync(exception);
            }
        });
        return command;
    }

    private static async Task MigrateAsync(string connectionString, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        var settings = new MigrationSettings { LockTimeout = lockTimeout, Tell = Console.Out.WriteLine };
        await SchemaMigrator.MigrateAsync(connectionString, settings, cancellationToken);
        await Console.Out.WriteLineAsync("The schema is up to date.");
    }

    private static async Task PlanAsync(string connectionString, CancellationToken cancellationToken)
    {
        var steps = await SchemaMigrator.PlanAsync(connectionString, cancellationToken);
        if (steps.Count == 0)
            await Console.Out.WriteLineAsync("-- The schema is up to date.");
        foreach (var (migration, sql) in steps)
        {
            await Console.Out.WriteLineAsync($"-- {migration}, in one transaction");
            await Console.Out.WriteLineAsync(sql);
        }
    }
}
