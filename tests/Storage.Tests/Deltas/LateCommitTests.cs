using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>Promise 1: every committed change arrives, however transactions interleave.</summary>
public sealed class LateCommitTests
{
    [Fact]
    public async Task A_row_committed_after_a_later_one_was_synced_arrives()
    {
        await using var database = await CreateAsync();
        var (one, two) = (await database.AddCustomerAsync("one"), await database.AddCustomerAsync("two"));
        var device = database.Device();
        await device.SyncAsync();

        await using var late = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await late.BeginTransactionAsync(Cancellation);
        await RunAsync(late, $"UPDATE customers SET name = 'one, late' WHERE id = '{one}'");
        await database.RunAsync($"UPDATE customers SET name = 'two, early' WHERE id = '{two}'");

        await device.SyncAsync();
        Assert.Equal(two.ToString(), Assert.Single(device.Received).Entity.Customer.Id);
        await transaction.CommitAsync(Cancellation);
        await device.SyncAsync();
        Assert.Equal("one, late", Assert.Single(device.Received).Entity.Customer.Name);
    }

    [Fact]
    public async Task A_cursor_of_times_loses_that_row_so_the_test_above_can_fail()
    {
        await using var database = await CreateAsync();
        var naive = new NaiveDevice(database.DataSource);
        await using var late = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await late.BeginTransactionAsync(Cancellation);
        await RunAsync(late, "INSERT INTO customers (name, address) VALUES ('late', 'a')");
        await database.AddCustomerAsync("early");

        await naive.SyncAsync();
        await transaction.CommitAsync(Cancellation);
        await naive.SyncAsync();

        Assert.Single(naive.Customers);
        var device = database.Device();
        await device.SyncAsync();
        Assert.Equal(2, device.Ids(EntityType.Customer).Count());
    }

    [Fact]
    public async Task An_open_transaction_neither_holds_back_nor_repeats_what_others_write()
    {
        await using var database = await CreateAsync();
        var device = database.Device();
        await device.SyncAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await RunAsync(connection, "INSERT INTO customers (name, address) VALUES ('open', 'a')");

        for (var i = 0; i < 50; i++)
        {
            await database.AddCustomerAsync($"{i}");
            await device.SyncAsync();
            Assert.Equal($"{i}", Assert.Single(device.Received).Entity.Customer.Name);
        }

        await transaction.CommitAsync(Cancellation);
        await device.SyncAsync();
        Assert.Equal("open", Assert.Single(device.Received).Entity.Customer.Name);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
