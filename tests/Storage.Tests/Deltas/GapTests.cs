using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>
/// Promise 1, each way to lose a row forced, beside a cursor of times that loses it. <see cref="LateCommitTests"/> has the
/// plainest, <c>Clusters/</c> those that take a server of their own.
/// </summary>
public sealed class GapTests
{
    [Fact]
    public async Task A_transaction_prepared_before_and_committed_after_others_arrives()
    {
        await using var database = await CreateAsync();
        Assert.True(
            await database.ScalarAsync<string>("SHOW max_prepared_transactions") != "0",
            "This server prepares no transactions. Set max_prepared_transactions = 20 on the server of KHSCRM_TEST_POSTGRES and restart it.");
        var (device, naive) = (database.Device(), new NaiveDevice(database.DataSource));
        await device.SyncAsync();
        var name = $"gap-{Guid.NewGuid():N}";
        await using (var connection = await database.DataSource.OpenConnectionAsync(Cancellation))
        {
            await RunAsync(connection, $"BEGIN; INSERT INTO customers (name, address) VALUES ('prepared', 'a'); PREPARE TRANSACTION '{name}'");
        }

        await database.AddCustomerAsync("early");
        await device.SyncAsync();
        await naive.SyncAsync();
        Assert.Equal(["early"], Names(device));
        await database.RunAsync($"COMMIT PREPARED '{name}'");
        await device.SyncAsync();
        await naive.SyncAsync();

        Assert.Equal("prepared", Assert.Single(device.Received).Entity.Customer.Name);
        Assert.Equal(["early"], naive.Customers.Values);
    }

    [Fact]
    public async Task Savepoints_arrive_with_their_transaction_and_without_what_was_undone()
    {
        await using var database = await CreateAsync();
        var (device, naive) = (database.Device(), new NaiveDevice(database.DataSource));
        await device.SyncAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        // More than the 64 subtransactions that PostgreSQL keeps track of by themselves.
        for (var i = 0; i < 70; i++)
        {
            await RunAsync(connection, $"SAVEPOINT s; INSERT INTO customers (name, address) VALUES ('kept {i}', 'a'); RELEASE s");
            await RunAsync(connection, $"SAVEPOINT s; INSERT INTO customers (name, address) VALUES ('undone', 'a'); ROLLBACK TO s");
        }

        await database.AddCustomerAsync("meanwhile");
        await device.SyncAsync();
        await naive.SyncAsync();
        await transaction.CommitAsync(Cancellation);
        await device.SyncAsync();
        await naive.SyncAsync();

        Assert.Equal(70, device.Received.Count(change => change.Entity.Customer.Name.StartsWith("kept", StringComparison.Ordinal)));
        Assert.Equal(71, Names(device).Count());
        Assert.Equal(["meanwhile"], naive.Customers.Values);
    }

    [Fact]
    public async Task A_row_updated_while_its_window_is_paged_by_a_transaction_that_ends_behind_it_arrives()
    {
        await using var database = await CreateAsync();
        await database.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 20) i");
        var (device, naive) = (database.Device(pageSize: 5), new NaiveDevice(database.DataSource, pageSize: 5));
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await RunAsync(connection, "UPDATE customers SET name = 'new' WHERE name = 'c20'");
        await database.RunAsync("UPDATE customers SET name = 'later' WHERE name = 'c19'");
        await naive.SyncAsync();

        await device.SyncAsync(page => page == 3 ? transaction.CommitAsync(Cancellation) : Task.CompletedTask);
        await device.SyncAsync();
        await naive.SyncAsync();

        Assert.Contains("new", Names(device));
        Assert.DoesNotContain("c20", Names(device));
        Assert.DoesNotContain("new", naive.Customers.Values);
    }

    [Fact]
    public async Task More_rows_of_one_time_than_a_page_all_arrive()
    {
        await using var database = await CreateAsync();
        await database.RunAsync(
            "INSERT INTO customers (name, address, updated_at) SELECT 'c' || i, 'a', '2026-01-01' FROM generate_series(1, 35) i");
        var (device, naive) = (database.Device(pageSize: 4), new NaiveDevice(database.DataSource, pageSize: 4));

        await device.SyncAsync();
        await naive.SyncAsync();

        Assert.Equal(35, Names(device).Count());
        Assert.Equal(4, naive.Customers.Count);
    }

    [Fact]
    public async Task Rows_written_after_the_clock_stepped_back_arrive()
    {
        await using var database = await CreateAsync();
        await database.RunAsync(
            "INSERT INTO customers (name, address, updated_at) VALUES ('by a clock a day ahead', 'a', now() + interval '1 day')");
        var (device, naive) = (database.Device(), new NaiveDevice(database.DataSource));
        await device.SyncAsync();
        await naive.SyncAsync();

        await database.AddCustomerAsync("by a clock set right");
        await device.SyncAsync();
        await naive.SyncAsync();

        Assert.Equal("by a clock set right", Assert.Single(device.Received).Entity.Customer.Name);
        Assert.Single(naive.Customers);
    }

    /// <summary>KHSCRM_TEST_GAP_TRANSACTIONS makes it 10,000 or more; the claim is the same.</summary>
    [Fact]
    public async Task A_long_transaction_repeats_nothing_that_others_write_and_nothing_is_read_twice()
    {
        var transactions = int.Parse(Environment.GetEnvironmentVariable("KHSCRM_TEST_GAP_TRANSACTIONS") ?? "600");
        await using var database = await CreateAsync();
        // Enough that the planner has a choice to make, and knows it.
        await database.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 3000) i");
        await database.RunAsync("ANALYZE");
        // One connection, whose statistics are its own to flush.
        await using var counted = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            MaxPoolSize = 1,
        }.ConnectionString);
        var device = Device(counted);
        await device.SyncAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await RunAsync(connection, "INSERT INTO customers (name, address) VALUES ('long', 'a')");
        var before = await CountRowsReadAsync(counted);

        const int perSync = 20;
        for (var i = 0; i < transactions; i += perSync)
        {
            for (var j = 0; j < perSync; j++)
                await database.RunAsync($"INSERT INTO customers (name, address) VALUES ('{i + j}', 'a')");
            await device.SyncAsync();
            Assert.Equal(perSync, device.Received.Count);
        }

        var read = await CountRowsReadAsync(counted) - before;
        await transaction.CommitAsync(Cancellation);
        await device.SyncAsync();

        Assert.Equal("long", Assert.Single(device.Received).Entity.Customer.Name);
        TestContext.Current.TestOutputHelper?.WriteLine($"{read} rows read for {transactions} transactions");
        // Its key, then the row. A read that began at the long transaction each time would come to half the square.
        Assert.InRange(read, transactions, 3 * transactions);
    }

    private static async Task<long> CountRowsReadAsync(NpgsqlDataSource dataSource)
    {
        await using (var flush = dataSource.CreateCommand("SELECT pg_stat_force_next_flush()"))
            await flush.ExecuteNonQueryAsync(Cancellation);
        await using var command = dataSource.CreateCommand(
            "SELECT coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) FROM pg_stat_user_tables WHERE relname = 'customers'");
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static IEnumerable<string> Names(DeltaDevice device) =>
        device.Rows.Values.Where(row => row.Customer is not null).Select(row => row.Customer.Name);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
