using Grpc.Core;
using Grpc.Health.V1;
using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>A server works only on a schema that it knows, or on a newer one that says that it may.</summary>
public sealed class SchemaGateTests : IAsyncLifetime
{
    private const string Newer = "29990101000000_V9Future";
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(RunningServer.Cancellation);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task On_an_older_schema_it_does_not_start_and_names_what_to_run()
    {
        await RunAsync("""DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '%_V3%'""");

        Assert.Contains("run migrate", await RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_newer_schema_it_starts_only_if_the_schema_says_that_it_may()
    {
        await MigrateToNewerAsync();
        Assert.Contains(Newer, await RefusalAsync(), StringComparison.Ordinal);

        await RunAsync($"INSERT INTO schema_compatibility VALUES ('{Newer}', '29980101000000_V8AlsoUnknown')");
        Assert.Contains(Newer, await RefusalAsync(), StringComparison.Ordinal);

        await RunAsync($"UPDATE schema_compatibility SET oldest_server = '20261130060000_V3Promises' WHERE migration_id = '{Newer}'");
        await using var server = await StandaloneServer.StartAsync(_database.ConnectionString);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await server.HealthAsync());
        Assert.NotEmpty((await server.LoginAsync()).Tokens.AccessToken);
    }

    /// <summary>The list of migrations says nothing of it.</summary>
    [Fact]
    public async Task Without_a_column_that_somebody_dropped_it_does_not_start_and_names_it_and_so_does_migrate()
    {
        await RunAsync("ALTER TABLE customers DROP COLUMN notes");

        Assert.Contains("customers.notes", await RefusalAsync(), StringComparison.Ordinal);
        var refusal = await Assert.ThrowsAsync<SchemaMismatchException>(
            () => SchemaMigrator.MigrateAsync(_database.ConnectionString, RunningServer.Cancellation));
        Assert.Contains("customers.notes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Back_by_one_version_the_older_server_works_on_what_the_newer_one_added()
    {
        await MigrateToNewerAsync();
        await RunAsync(
            $"""
            INSERT INTO schema_compatibility VALUES ('{Newer}', '20261130060000_V3Promises');
            ALTER TABLE jobs ADD COLUMN priority text NOT NULL DEFAULT 'NORMAL';
            """);
        await using var server = await StandaloneServer.StartAsync(_database.ConnectionString);
        using var stream = new SyncService.SyncServiceClient(server.Channel).SyncStream(
            await server.OwnerAsync(), cancellationToken: RunningServer.Cancellation);
        await stream.CatchUpAsync();

        await stream.SendAsync(new() { PushBatch = new PushBatch { Operations = { StreamExtensions.NewCustomer(1) } } });

        await stream.ReadUntilAsync(change => change.Entity?.Customer is not null);
    }

    [Fact]
    public async Task A_server_that_runs_lets_nothing_through_once_the_schema_does_not_fit()
    {
        await using var server = await StandaloneServer.StartAsync(_database.ConnectionString);
        var owner = await server.OwnerAsync();
        using var stream = new SyncService.SyncServiceClient(server.Channel).SyncStream(owner, cancellationToken: RunningServer.Cancellation);
        await stream.CatchUpAsync();
        await MigrateToNewerAsync();
        await RunAsync("ALTER TABLE customers RENAME COLUMN notes TO remarks");
        while (await server.HealthAsync() == HealthCheckResponse.Types.ServingStatus.Serving)
            RunningServer.Cancellation.ThrowIfCancellationRequested();

        // The stream ends, however: it comes again, and meets the gate.
        await Assert.ThrowsAnyAsync<Exception>(async () => { while (true) await stream.NextAsync(); });
        var status = await Faults.ExpectAsync(StatusCode.Unavailable, ErrorReason.Unavailable, ListAsync);
        Assert.Contains(Newer, status.Message, StringComparison.Ordinal);

        // Without the gate every call meets what is missing.
        RpcException fault;
        do
        {
            // The health check shuts it again every few seconds.
            server.Service<SchemaGate>().Set(null);
            fault = await Assert.ThrowsAsync<RpcException>(ListAsync);
        }
        while (fault.StatusCode == StatusCode.Unavailable);
        Assert.Equal(StatusCode.Internal, fault.StatusCode);

        async Task ListAsync() => await new V1.CustomerService.CustomerServiceClient(server.Channel).ListCustomersAsync(
            new(), owner, cancellationToken: RunningServer.Cancellation);
    }

    private async Task<string> RefusalAsync() => (await Assert.ThrowsAsync<SchemaMismatchException>(
        async () => await (await StandaloneServer.StartAsync(_database.ConnectionString)).DisposeAsync())).Message;

    private Task MigrateToNewerAsync() => RunAsync($"""INSERT INTO "__EFMigrationsHistory" VALUES ('{Newer}', '99.0.0')""");

    private async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{_database.ConnectionString};Pooling=false");
        await connection.OpenAsync(RunningServer.Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
    }
}
