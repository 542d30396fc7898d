using Npgsql;

namespace KhsCrm.TestKit;

/// <summary>A database of one test's own, dropped when the test is done with it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server;

    private TestDatabase(PostgresServer server, string name)
    {
        _server = server;
        Name = name;
        var own = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name };
        ConnectionString = own.ConnectionString;
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Connects to the database as a superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>A new database with the schema in it.</summary>
    public static async Task<TestDatabase> CreateAsync(CancellationToken cancellationToken) =>
        await CreateAsync($"TEMPLATE {await TemplateDatabase.GetAsync(cancellationToken)}", cancellationToken);

    /// <summary>A new database with nothing in it.</summary>
    public static Task<TestDatabase> CreateEmptyAsync(CancellationToken cancellationToken) =>
        CreateAsync("TEMPLATE template0", cancellationToken);

    /// <summary>A new database that is a copy of this one, to which nobody may be connected meanwhile.</summary>
    public Task<TestDatabase> CopyAsync(CancellationToken cancellationToken) =>
        CreateAsync($"TEMPLATE {Name}", cancellationToken);

    /// <summary>Drops the database, whoever is still connected.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(connection);
        await AdminCommand.RunAsync(_server, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)", CancellationToken.None);
    }

    private static async Task<TestDatabase> CreateAsync(string template, CancellationToken cancellationToken)
    {
        var server = await PostgresServer.GetAsync(cancellationToken);
        var name = $"khscrm_test_{Guid.NewGuid():N}";
        // Files are copied faster than they are written to the WAL block by block.
        await AdminCommand.RunAsync(server, $"CREATE DATABASE {name} {template} STRATEGY file_copy", cancellationToken);
        return new TestDatabase(server, name);
    }
}
