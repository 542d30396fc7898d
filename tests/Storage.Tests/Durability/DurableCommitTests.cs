using KhsCrm.Storage.Durability;
using KhsCrm.TestKit;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Durability;

/// <summary>A commit waits for its synchronous standby, however long that takes; only a connection that breaks ends it.</summary>
public sealed class DurableCommitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_command_timeout_ends_the_wait_for_a_standby()
    {
        await using var server = await RestartableServer.StartAsync(Cancellation);
        await using var operators = NpgsqlDataSource.Create(server.ConnectionString);
        await using var dataSource = NpgsqlDataSource.Create($"{server.ConnectionString};Command Timeout=3");
        await RunAsync(operators, "CREATE TABLE t (i int)");
        await RunAsync(operators, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        // A commit soon after a mere reload may not know yet that it has to wait.
        await server.StopAsync(immediate: false, Cancellation);
        await server.StartAgainAsync(Cancellation);
        operators.Clear();

        await using var connection = await dataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginDurableTransactionAsync(Cancellation);
        await InsertAsync(connection);
        var durable = transaction.CommitDurablyAsync();
        await WaitersAsync(operators, 1);

        // The naive commit begins later, and its timeout ends it: PostgreSQL gives up the wait for its standby.
        await using var naive = await dataSource.OpenConnectionAsync(Cancellation);
        await using var careless = await naive.BeginTransactionAsync(Cancellation);
        await InsertAsync(naive);
        await Record.ExceptionAsync(async () => await careless.CommitAsync(Cancellation));

        Assert.False(durable.IsCompleted);
        await WaitersAsync(operators, 1);
        await RunAsync(operators, "ALTER SYSTEM RESET synchronous_standby_names");
        await RunAsync(operators, "SELECT pg_reload_conf()");
        await durable;
    }

    [Theory]
    [InlineData("off", "on")]
    [InlineData("local", "on")]
    [InlineData("remote_write", "on")]
    [InlineData("on", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public async Task The_setting_is_raised_for_the_transaction_and_never_lowered(string before, string within)
    {
        await using var database = await TestDatabase.CreateAsync(Cancellation);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using var connection = await dataSource.OpenConnectionAsync(Cancellation);
        await using var command = new NpgsqlCommand($"SET synchronous_commit = {before}", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        command.CommandText = "SHOW synchronous_commit";

        await using (var transaction = await connection.BeginDurableTransactionAsync(Cancellation))
        {
            Assert.Equal(within, await command.ExecuteScalarAsync(Cancellation));
            await transaction.CommitDurablyAsync();
        }

        Assert.Equal(before, await command.ExecuteScalarAsync(Cancellation));
    }

    private static async Task InsertAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("INSERT INTO t VALUES (1)", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    // Outside of a durable transaction: these do not wait for a standby that is not there.
    private static async Task RunAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task WaitersAsync(NpgsqlDataSource dataSource, long count)
    {
        await using var command = dataSource.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        while ((long)(await command.ExecuteScalarAsync(Cancellation))! != count)
            await Task.Delay(20, Cancellation);
    }
}
