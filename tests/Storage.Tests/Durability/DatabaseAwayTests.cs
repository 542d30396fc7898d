using System.Net.Sockets;
using KhsCrm.TestKit;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Durability;

/// <summary>What counts as a database that is away, and what does not.</summary>
public sealed class DatabaseAwayTests
{
    [Theory]
    [InlineData("25006", true)]
    [InlineData("57014", true)]
    [InlineData("08P01", true)]
    [InlineData("08006", true)]
    [InlineData("53300", true)]
    [InlineData("53100", true)]
    [InlineData("57P01", true)]
    [InlineData("57P03", true)]
    [InlineData("28P01", true)]
    [InlineData("3D000", true)]
    [InlineData("25P03", true)]
    [InlineData("26000", true)]
    [InlineData("58030", true)]
    [InlineData("40001", false)]
    [InlineData("40P01", false)]
    [InlineData("55P03", false)]
    [InlineData("23505", false)]
    [InlineData("42P01", false)]
    [InlineData("P0001", false)]
    [InlineData("XX000", false)]
    public void A_state_of_PostgreSQL_is_told_apart(string state, bool isAway)
    {
        var refused = new PostgresException("", "ERROR", "ERROR", state);

        Assert.Equal(isAway, DatabaseAway.IsAway(refused));
        // As EF Core wraps it.
        Assert.Equal(isAway, DatabaseAway.IsAway(new InvalidOperationException("likely transient", refused)));
        Assert.Equal(state is "25006" or "26000", DatabaseAway.NeedsNewConnections(new InvalidOperationException("wrapped", refused)));
    }

    [Fact]
    public void Connections_that_fail_are_away_and_callers_who_cancel_are_not()
    {
        Assert.True(DatabaseAway.IsAway(new SocketException()));
        Assert.True(DatabaseAway.IsAway(new TimeoutException()));
        Assert.True(DatabaseAway.IsAway(new NpgsqlException("broken", new IOException())));
        Assert.True(DatabaseAway.IsAway(new AggregateException(new InvalidOperationException(), new SocketException())));
        Assert.False(DatabaseAway.IsAway(new OperationCanceledException("", new PostgresException("", "", "", "57014"))));
        Assert.False(DatabaseAway.IsAway(new IOException()));
        Assert.False(DatabaseAway.IsAway(new InvalidCastException()));
    }

    [Theory]
    [InlineData("Host=nope.invalid")]
    [InlineData("Host=127.0.0.1;Port=1;Timeout=2")]
    public async Task A_host_that_is_none_is_away(string connectionString)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);

        var exception = await Assert.ThrowsAnyAsync<Exception>(
            async () => await dataSource.OpenConnectionAsync(TestContext.Current.CancellationToken));

        Assert.True(DatabaseAway.IsAway(exception), exception.ToString());
    }

    [Fact]
    public async Task What_a_running_server_says_is_told_apart()
    {
        await using var database = await TestDatabase.CreateAsync(TestContext.Current.CancellationToken);
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);

        Assert.True(DatabaseAway.IsAway(await FailAsync("CREATE TABLE t ()", "SET default_transaction_read_only = on")));
        Assert.True(DatabaseAway.IsAway(await FailAsync("SELECT pg_sleep(60)", "SET statement_timeout = 1")));
        Assert.True(DatabaseAway.IsAway(await FailAsync("SELECT pg_terminate_backend(pg_backend_pid())")));
        Assert.False(DatabaseAway.IsAway(await FailAsync("SELECT 1 / 0")));

        async Task<Exception> FailAsync(string sql, string first = "SELECT 1")
        {
            await using var connection = await dataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = first;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            command.CommandText = sql;
            return await Assert.ThrowsAnyAsync<Exception>(
                async () => await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }
    }
}
