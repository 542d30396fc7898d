using Grpc.Core;
using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace KhsCrm.SyncServer.Tests.Errors;

/// <summary>What callers, health and the log say while the database is away.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_stopped_database_is_UNAVAILABLE_one_line_in_the_log_and_restored()
    {
        await using var postgres = await RestartableServer.StartAsync(RunningServer.Cancellation);
        await SchemaMigrator.MigrateAsync(postgres.ConnectionString, RunningServer.Cancellation);
        await using var server = await StandaloneServer.StartAsync($"{postgres.ConnectionString};Timeout=5");
        var owner = new SearchCustomersRequest { Query = "Ann" };
        var client = new V1.CustomerService.CustomerServiceClient(server.Channel);
        var credentials = await server.OwnerAsync();
        Assert.Equal(ServingStatus.Serving, await server.HealthAsync());

        await postgres.StopAsync(immediate: true, RunningServer.Cancellation);
        for (var i = 0; i < 20; i++)
        {
            await Faults.ExpectAsync(StatusCode.Unavailable, ErrorReason.Unavailable, async () =>
                await client.SearchCustomersAsync(owner, credentials, cancellationToken: RunningServer.Cancellation));
        }

        Assert.Equal(ServingStatus.NotServing, await server.HealthAsync());
        Assert.Equal(1, server.Log.Count("the database is away."));
        Assert.Equal(1, server.Log.Count("Not serving:"));
        Assert.Equal(2, server.Log.Lines.Count(line => line.Level >= LogLevel.Warning));
        await postgres.StartAgainAsync(RunningServer.Cancellation);
        await server.Log.WaitForAsync("The database is restored");
        await client.SearchCustomersAsync(owner, credentials, cancellationToken: RunningServer.Cancellation);
        Assert.Equal(ServingStatus.Serving, await server.HealthAsync());
        Assert.DoesNotContain(server.Log.Lines, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_primary_that_is_demoted_is_UNAVAILABLE_and_no_connection_to_it_is_kept()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = new Caller(server, await server.OwnerAsync());
        var name = await server.ScalarAsync<string>("SELECT current_database()::text");
        await server.RunAsync($"ALTER DATABASE {name} SET default_transaction_read_only = on");
        // New connections are read-only from now on, as all are after a switch-over.
        await server.RunAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        var request = new CreateCustomerRequest
        {
            RequestId = Office.NewId(),
            Customer = new Customer { Id = Office.NewId(), Name = "Ann", Address = "1 Road" },
        };

        await owner.FailAsync(StatusCode.Unavailable, ErrorReason.Unavailable, request);
        Assert.Equal(ServingStatus.NotServing, await HealthAsync(server));

        // The role is back, but only for connections that are new.
        await server.RunAsync($"SET default_transaction_read_only = off; ALTER DATABASE {name} RESET default_transaction_read_only");
        while (await HealthAsync(server) != ServingStatus.Serving)
            RunningServer.Cancellation.ThrowIfCancellationRequested();
        await EventuallyAsync(() => owner.CallAsync<CreateCustomerResponse>(request));
    }

    [Fact]
    public async Task A_database_that_lacks_a_migration_is_not_served()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync(
            """DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = (SELECT max("MigrationId") FROM "__EFMigrationsHistory")""");

        Assert.Equal(ServingStatus.NotServing, await HealthAsync(server));
    }

    [Fact]
    public async Task A_standby_is_not_served()
    {
        await using var primary = await HistoryServer.StartAsync(RunningServer.Cancellation);
        await SchemaMigrator.MigrateAsync(primary.ConnectionString, RunningServer.Cancellation);
        await using var standby = await primary.StartStandbyAsync(RunningServer.Cancellation);
        await using var server = await StandaloneServer.StartAsync(standby.ConnectionString);

        Assert.Equal(ServingStatus.NotServing, await server.HealthAsync());
        Assert.Equal(1, server.Log.Count("takes no writes"));
    }

    /// <summary>By a clock of the test's own: half an hour of failures are some thirty lines.</summary>
    [Fact]
    public async Task A_long_outage_is_summed_up_once_a_minute()
    {
        var (clock, log) = (new FakeTimeProvider(), new LogRecorder());
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        using var outage = new DatabaseOutage(nowhere, nowhere, nowhere, clock, new Logger<DatabaseOutage>(new LoggerFactory([log])));
        await outage.StartAsync(RunningServer.Cancellation);
        Assert.False(outage.Report("work", new InvalidCastException()));

        for (var i = 0; i < 1_000; i++)
            Assert.True(outage.Report("work", new TimeoutException()));
        await log.WaitForAsync("has been away", () => clock.Advance(TimeSpan.FromSeconds(2)));

        Assert.Equal(1, log.Count("the database is away."));
        Assert.Equal(1, log.Count("1000 failures"));
        Assert.Equal(2, log.Lines.Count);
        await outage.StopAsync(RunningServer.Cancellation);
    }

    private static async Task<ServingStatus> HealthAsync(RunningServer server) =>
        (await new Grpc.Health.V1.Health.HealthClient(server.Channel).CheckAsync(new(), cancellationToken: RunningServer.Cancellation)).Status;

    private static async Task EventuallyAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable)
            {
                RunningServer.Cancellation.ThrowIfCancellationRequested();
            }
        }
    }
}
