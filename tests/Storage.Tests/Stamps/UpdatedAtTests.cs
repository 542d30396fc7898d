using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Stamps;

public sealed class UpdatedAtTests : DatabaseTest
{
    // Table, a column to change, how.
    public static TheoryData<string, string> Changes => new()
    {
        { "users", "name = name || '!'" },
        { "customers", "notes = coalesce(notes, '') || '!'" },
        { "jobs", "title = title || '!'" },
        { "materials", "quantity = quantity + 1" },
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Sql.InsertMaterialAsync(await Sql.InsertJobAsync());
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_moves_both_stamps(string table, string change)
    {
        var before = await ReadAsync(table);

        await Sql.ExecuteAsync($"UPDATE {table} SET {change}");

        var after = await ReadAsync(table);
        Assert.True(after.UpdatedAt > before.UpdatedAt);
        Assert.True(after.ChangeXid > before.ChangeXid);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task An_update_that_changes_nothing_moves_neither(string table, string change)
    {
        var column = change.Split(' ')[0];
        var before = await ReadAsync(table);

        await Sql.ExecuteAsync($"UPDATE {table} SET {column} = {column}");
        await Sql.ExecuteAsync($"UPDATE {table} SET updated_at = now() + interval '1 day', change_xid = pg_current_xact_id()");
        await Sql.ExecuteAsync($"UPDATE {table} SET updated_by_id = $1", Rows.Owner);

        Assert.Equal(before, await ReadAsync(table));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task The_versions_of_a_row_ascend_even_when_the_clock_has_stepped_back(string table, string change)
    {
        // As if the clock had been a year ahead when the last version was written.
        await Sql.ExecuteAsync($"ALTER TABLE {table} DISABLE TRIGGER USER");
        await Sql.ExecuteAsync($"UPDATE {table} SET updated_at = now() + interval '1 year'");
        await Sql.ExecuteAsync($"ALTER TABLE {table} ENABLE TRIGGER USER");
        var before = await ReadAsync(table);

        await Sql.ExecuteAsync($"UPDATE {table} SET {change}");
        var after = await ReadAsync(table);
        await Sql.ExecuteAsync($"UPDATE {table} SET {change}");

        Assert.Equal(before.UpdatedAt.AddMicroseconds(1), after.UpdatedAt);
        Assert.Equal(before.UpdatedAt.AddMicroseconds(2), (await ReadAsync(table)).UpdatedAt);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_is_stamped_whatever_stamps_the_statement_brings(string table, string change)
    {
        var before = await ReadAsync(table);

        await Sql.ExecuteAsync($"UPDATE {table} SET {change}, updated_at = '2001-01-01', change_xid = '3'");

        var after = await ReadAsync(table);
        Assert.True(after.UpdatedAt > before.UpdatedAt);
        Assert.True(after.ChangeXid > before.ChangeXid);
    }

    [Fact]
    public async Task A_copied_row_keeps_the_updated_at_it_brings()
    {
        await Sql.ExecuteAsync("INSERT INTO customers (name, address, updated_at) VALUES ('A', 'B', '2001-02-03 04:05:06.789012Z')");

        Assert.Equal(1, await Sql.CountAsync("customers", "updated_at = '2001-02-03 04:05:06.789012Z'"));
    }

    [Fact]
    public async Task Two_updates_of_one_transaction_are_two_moments()
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("UPDATE customers SET notes = 'a'");
        var first = await session.ScalarAsync<DateTime>("SELECT updated_at FROM customers");
        await session.ExecuteAsync("UPDATE customers SET notes = 'b'");

        Assert.True(await session.ScalarAsync<DateTime>("SELECT updated_at FROM customers") > first);
    }

    private async Task<(DateTime UpdatedAt, ulong ChangeXid, Guid Actor)> ReadAsync(string table)
    {
        await using var command = DataSource.CreateCommand(
            $"SELECT updated_at, change_xid, updated_by_id FROM {table} ORDER BY id DESC LIMIT 1");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        return (reader.GetDateTime(0), reader.GetFieldValue<ulong>(1), reader.GetGuid(2));
    }
}
