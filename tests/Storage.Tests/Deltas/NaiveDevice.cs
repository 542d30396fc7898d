using Npgsql;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>
/// What this service does not do: remembers the greatest <c>updated_at</c> and asks for what is later. The gap tests run
/// it beside the real reader and expect it to lose the row: a test that it passes would test nothing.
/// </summary>
internal sealed class NaiveDevice(NpgsqlDataSource dataSource)
{
    private DateTime _last = DateTime.MinValue;

    public HashSet<string> Customers { get; } = [];

    public async Task SyncAsync()
    {
        await using var command = dataSource.CreateCommand(
            "SELECT id, updated_at FROM customers WHERE updated_at > $1 ORDER BY updated_at");
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = DateTime.SpecifyKind(_last, DateTimeKind.Utc) });
        await using var reader = await command.ExecuteReaderAsync(SyncedDatabase.Cancellation);
        while (await reader.ReadAsync(SyncedDatabase.Cancellation))
        {
            Customers.Add(reader.GetGuid(0).ToString());
            _last = reader.GetDateTime(1);
        }
    }
}
