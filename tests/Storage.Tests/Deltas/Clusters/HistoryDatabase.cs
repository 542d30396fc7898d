using KhsCrm.Storage.Deltas;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Tests.Deltas.Clusters;

/// <summary>One server's database as the tests of histories speak to it.</summary>
internal sealed class HistoryDatabase(string connectionString) : IAsyncDisposable
{
    public static CancellationToken Cancellation => SyncedDatabase.Cancellation;

    public NpgsqlDataSource DataSource { get; } = NpgsqlDataSource.Create(connectionString);

    public static HistoryDatabase Of(HistoryServer server) => new(server.ConnectionString);

    public DeltaReader Reader(int pageSize = 1_000, ReadReplica? replica = null) =>
        new(DataSource, Options.Create(new DeltaOptions { PageSize = pageSize }), replica);

    /// <summary>The owner's device; it may go on at another server with what it has.</summary>
    public DeltaDevice Device(DeltaDevice? from = null, int pageSize = 1_000)
    {
        var device = new DeltaDevice(Reader(pageSize), new DeltaScope(SyncedDatabase.Owner, Role.Owner, null, []));
        if (from is null)
            return device;
        device.Cursor = from.Cursor;
        foreach (var (key, row) in from.Rows)
            device.Rows.Add(key, row);
        return device;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public Task AddAsync(string name) => RunAsync($"INSERT INTO customers (name, address) VALUES ('{name}', 'a')");

    public async Task<List<string>> NamesAsync()
    {
        await using var command = DataSource.CreateCommand("SELECT name FROM customers ORDER BY name COLLATE \"C\"");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        List<string> names = [];
        while (await reader.ReadAsync(Cancellation))
            names.Add(reader.GetString(0));
        return names;
    }

    public static IEnumerable<string> Names(DeltaDevice device) => device.Rows.Values
        .Where(row => row.Customer is not null).Select(row => row.Customer.Name).Order(StringComparer.Ordinal);

    public ValueTask DisposeAsync() => DataSource.DisposeAsync();
}
