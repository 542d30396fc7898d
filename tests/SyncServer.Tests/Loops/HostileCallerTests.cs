using KhsCrm.Storage.Maintenance;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Maintenance;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Loops;

/// <summary>Nothing that a caller sends or another program writes stops a server.</summary>
public sealed class HostileCallerTests
{
    [Fact]
    public async Task A_material_of_the_callers_own_session_stops_no_server_and_no_neighbour()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Deferral:PollInterval"] = "00:00:00.100" });
        await server.AddUserAsync("w@khscrm.com");
        var login = await server.LoginAsync("w@khscrm.com");
        var session = new JsonWebToken(login.Tokens.AccessToken).GetClaim(JwtRegisteredClaimNames.Sid).Value;
        var (client, worker) = (new SyncService.SyncServiceClient(server.Channel), RunningServer.Bearer(login.Tokens.AccessToken));
        var device = $"{Guid.CreateVersion7()}";
        var first = await PushAsync(1);
        Assert.Equal(OperationOutcome.Deferred, first.Outcome);

        await new AuthService.AuthServiceClient(server.Channel).LogoutAsync(
            new() { RefreshToken = login.Tokens.RefreshToken }, cancellationToken: RunningServer.Cancellation);
        Assert.Equal(1, await server.ScalarAsync<long>($"SELECT count(*) FROM tombstones WHERE entity_id = '{session}'"));
        await server.Service<Storage.Push.Deferral.DeferredOperations>().RetryDueAsync(RunningServer.Cancellation);
        await new SyncService.SyncServiceClient(server.Channel).PushAsync(
            new() { DeviceId = $"{Guid.CreateVersion7()}", Operations = { StreamExtensions.NewCustomer(1) } },
            await server.OwnerAsync(),
            cancellationToken: RunningServer.Cancellation);

        Assert.False(server.Service<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        Assert.False(server.Service<DeferralWorker>().ExecuteTask!.IsCompleted);

        async Task<OperationResult> PushAsync(long seq) => Assert.Single((await client.PushAsync(
            new()
            {
                DeviceId = device,
                Operations =
                {
                    new Operation
                    {
                        Id = $"{Guid.CreateVersion7()}",
                        ClientSeq = seq,
                        Kind = OperationKind.Create,
                        Entity = new Entity { Material = new Material { Id = $"{Guid.CreateVersion7()}", JobId = session, ItemName = "x" } },
                    },
                },
            },
            worker,
            cancellationToken: RunningServer.Cancellation)).Result.Results);
    }

    [Fact]
    public async Task A_payload_that_is_no_object_is_listed()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync(
            $"""
            INSERT INTO sync_queue (user_id, operation, entity_type, payload, status)
            SELECT '{RunningServer.OwnerId}', 'create', 'nonsense', p::jsonb, 'failed'
            FROM unnest(ARRAY['[]', '1', 'null', repeat('[', 500) || repeat(']', 500), '{"{}"}']) p
            """);

        var list = await new SyncService.SyncServiceClient(server.Channel).ListQueueAsync(
            new(), await server.OwnerAsync(), cancellationToken: RunningServer.Cancellation);

        Assert.Equal(5, list.Items.Count);
    }

    [Fact]
    public async Task Maintenance_whose_connection_is_killed_says_why_and_leaves_no_lock()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync(
            """
            CREATE FUNCTION end_me() RETURNS TRIGGER AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END; $$ LANGUAGE plpgsql;
            CREATE TRIGGER end_me BEFORE DELETE ON tombstones FOR EACH STATEMENT EXECUTE FUNCTION end_me()
            """);
        var maintenance = server.Service<DatabaseMaintenance>();

        // The server's own first run may be at it, and then ours leaves the purge to it.
        Exception? exception = null;
        while (exception is null)
            exception = await Record.ExceptionAsync(() => maintenance.RunAsync(RunningServer.Cancellation));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, Assert.IsType<PostgresException>(exception).SqlState);

        await server.RunAsync("DROP TRIGGER end_me ON tombstones");
        while (await maintenance.RunAsync(RunningServer.Cancellation) is null)
            await Task.Yield();
        Assert.All(server.Service<IEnumerable<IHostedService>>().OfType<MaintenanceJob>(), job => Assert.False(job.ExecuteTask!.IsCompleted));
    }
}
