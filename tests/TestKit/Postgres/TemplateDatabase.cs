using KhsCrm.Storage.Schema;
using Npgsql;

namespace KhsCrm.TestKit;

/// <summary>The migrated database that the databases of this process's tests are copied from.</summary>
internal static class TemplateDatabase
{
    // Several test processes may share a server, and a configured server may hold what a killed one left.
    private static readonly string Name = $"khscrm_template_{Environment.ProcessId}_{Guid.NewGuid():N}";

    private static readonly Once<string> Made = new(CreateAsync);

    /// <summary>The template's name, once it is there.</summary>
    public static Task<string> GetAsync(CancellationToken cancellationToken) => Made.GetAsync(cancellationToken);

    /// <summary>Drops the template if it was made. A server of our own takes it along anyway.</summary>
    public static async Task DropAsync()
    {
        if (!Made.IsStarted)
            return;
        var server = await PostgresServer.GetAsync(CancellationToken.None);
        await AdminCommand.RunAsync(server, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", CancellationToken.None);
    }

    private static async Task<string> CreateAsync()
    {
        var server = await PostgresServer.GetAsync(CancellationToken.None);
        await AdminCommand.RunAsync(server, $"CREATE DATABASE {Name}", CancellationToken.None);
        // Without pooling: a database with a connection open cannot be copied.
        var template = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = Name, Pooling = false };
        await SchemaMigrator.MigrateAsync(template.ConnectionString, CancellationToken.None);
        // A copy of a database is another one, and would stamp all its rows anew.
        await AdminCommand.RunAsync(template.ConnectionString, "DELETE FROM sync_timelines", CancellationToken.None);
        return Name;
    }
}
