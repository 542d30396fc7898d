using KhsCrm.Development.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Development;

public sealed class PrivateClusterTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"khscrm-cluster-tests-{Guid.NewGuid():N}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Serves_the_named_database_in_utf8()
    {
        await using var cluster = await StartAsync(new() { DataFolder = _folder, Database = "some \"name" });

        Assert.Equal("some \"name", await ScalarAsync(cluster, "SELECT current_database()::text"));
        Assert.Equal("UTF8", await ScalarAsync(cluster, "SHOW server_encoding"));
    }

    [Fact]
    public async Task Is_durable_unless_told_otherwise()
    {
        await using (var cluster = await StartAsync(new() { DataFolder = _folder }))
        {
            Assert.Equal("on", await ScalarAsync(cluster, "SHOW fsync"));
            Assert.Equal("on", await ScalarAsync(cluster, "SHOW synchronous_commit"));
        }
        var careless = new Dictionary<string, string> { ["fsync"] = "off" };
        await using var again = await StartAsync(new() { DataFolder = _folder, Settings = careless });
        Assert.Equal("off", await ScalarAsync(again, "SHOW fsync"));
    }

    [Fact]
    public async Task Keeps_its_data_for_the_next_start_and_drops_it_for_a_fresh_one()
    {
        await using (var first = await StartAsync(new() { DataFolder = _folder }))
            await ScalarAsync(first, "CREATE TABLE kept AS SELECT 'here' AS word");

        await using (var second = await StartAsync(new() { DataFolder = _folder }))
            Assert.Equal("here", await ScalarAsync(second, "SELECT word FROM kept"));

        await using var fresh = await StartAsync(new() { DataFolder = _folder, Fresh = true });
        Assert.Equal("f", await ScalarAsync(fresh, "SELECT to_regclass('kept') IS NOT NULL"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restarts_on_the_same_port_with_what_was_committed(bool immediate)
    {
        await using var cluster = await StartAsync(new() { DataFolder = _folder });
        var connectionString = cluster.ConnectionString;
        await ScalarAsync(cluster, "CREATE TABLE kept AS SELECT 'here' AS word");

        await cluster.StopAsync(immediate, Cancellation);
        await cluster.StartAgainAsync(Cancellation);

        Assert.Equal(connectionString, cluster.ConnectionString);
        Assert.Equal("here", await ScalarAsync(cluster, "SELECT word FROM kept"));
    }

    [Fact]
    public async Task Never_runs_as_root()
    {
        await using var cluster = await StartAsync(new() { DataFolder = _folder });
        var pid = await cluster.FindServerProcessAsync(Cancellation);
        var user = await Command.RunAsync(["ps", "-o", "uid=", "-p", $"{pid}"], Cancellation);

        Assert.NotEqual("0", user.Output.Trim());
    }

    [Fact]
    public async Task Refuses_wrong_passwords_and_keeps_the_right_one_private()
    {
        await using var cluster = await StartAsync(new() { DataFolder = _folder });
        var wrong = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = "wrong", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Cancellation));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
        var mode = await Command.RunAsync(["ls", "-l", Path.Combine(cluster.Folder, "password")], Cancellation);
        Assert.StartsWith("-rw------- ", mode.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_folder_in_use()
    {
        await using var cluster = await StartAsync(new() { DataFolder = _folder });

        var refusal = await Assert.ThrowsAsync<PrivateClusterException>(
            () => StartAsync(new() { DataFolder = _folder }));

        Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fails_with_the_servers_own_words()
    {
        var wrong = new Dictionary<string, string> { ["shared_buffers"] = "lots" };

        var failure = await Assert.ThrowsAsync<PrivateClusterException>(
            () => StartAsync(new() { DataFolder = _folder, Settings = wrong }));

        Assert.Contains("invalid value for parameter \"shared_buffers\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starts_over_a_pid_file_whose_number_went_to_another_program()
    {
        await using (await StartAsync(new() { DataFolder = _folder })) { }
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "pgdata", "postmaster.pid"), $"{Environment.ProcessId}\n", Cancellation);

        await using var cluster = await StartAsync(new() { DataFolder = _folder });

        Assert.Equal("1", await ScalarAsync(cluster, "SELECT 1"));
    }

    [Fact]
    public async Task Leaves_nothing_behind_when_told_to_remove_itself()
    {
        await using (await StartAsync(new() { DataFolder = _folder, RemoveAtEnd = true })) { }

        Assert.False(Directory.Exists(_folder));
    }

    private static Task<PrivateCluster> StartAsync(PrivateClusterOptions options) =>
        PrivateCluster.StartAsync(options, NullLogger.Instance, Cancellation);

    private static async Task<string?> ScalarAsync(PrivateCluster cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        return (string?)await command.ExecuteScalarAsync(Cancellation);
    }
}
