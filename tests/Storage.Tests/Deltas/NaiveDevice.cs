using Npgsql;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>
/// What this service does not do: remembers the greatest <c>updated_at</c> and asks for what is later, a page at a time.
/// The gap tests run it beside the real reader and expect it to lose the row: a test that it passes would test nothing.
/// </summary>
internal sealed class NaiveDevice(NpgsqlDataSource dataSource, int pageSize = 1_000)
{
    private NpgsqlDataSource _dataSource = dataSource;
    private DateTime _last = DateTime.MinValue;

    /// <summary>The names of the customers by id.</summary>
    public Dictionary<string, string> Customers { get; } = [];

    public async Task SyncAsync(Func<int, Task>? afterPage = null)
    {
        for (var pages = 1; await ReadAsync() == pageSize; pages++)
        {
            if (afterPage is not null)
                await afterPage(pages);
        }
    }

    /// <summary>Goes on at another server with what it has.</summary>
    public Task MoveToAsync(NpgsqlDataSource dataSource)
    {
        _dataSource = dataSource;
        return SyncAsync();
    }

    private async Task<int> ReadAsync()
    {
        await using var command = _dataSource.CreateCommand(
            "SELECT id, updated_at, name FROM customers WHERE updated_at > $1 ORDER BY updated_at LIMIT $2");
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = DateTime.SpecifyKind(_last, DateTimeKind.Utc) });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = pageSize });
        await using var reader = await command.ExecuteReaderAsync(SyncedDatabase.Cancellation);
        var rows = 0;
        for (; await reader.ReadAsync(SyncedDatabase.Cancellation); rows++)
        {
            Customers[reader.GetGuid(0).ToString()] = reader.GetString(2);
            _last = reader.GetDateTime(1);
        }

        return rows;
    }
}
