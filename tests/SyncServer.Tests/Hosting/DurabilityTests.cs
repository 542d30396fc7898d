using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>Promise 8: acknowledged means on the disk, whatever the database does for others.</summary>
public sealed class DurabilityTests
{
    // Notes what each writing transaction has set when it writes. The audit trail is written by triggers, in the same ones.
    private const string Recorder = """
        CREATE TABLE recorded (table_name text, setting text);
        CREATE FUNCTION record_setting() RETURNS trigger AS $$
        BEGIN
            INSERT INTO recorded VALUES (TG_TABLE_NAME, current_setting('synchronous_commit'));
            RETURN NULL;
        END; $$ LANGUAGE plpgsql;
        CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH STATEMENT EXECUTE FUNCTION record_setting();
        CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON refresh_tokens FOR EACH STATEMENT EXECUTE FUNCTION record_setting();
        CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON service_accounts FOR EACH STATEMENT EXECUTE FUNCTION record_setting();
        CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON devices FOR EACH STATEMENT EXECUTE FUNCTION record_setting();
        CREATE TRIGGER record AFTER UPDATE ON sync_queue FOR EACH STATEMENT EXECUTE FUNCTION record_setting();
        CREATE TRIGGER record AFTER INSERT ON tombstone_marks FOR EACH STATEMENT EXECUTE FUNCTION record_setting();
        """;

    [Theory]
    [InlineData("off", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public async Task A_database_that_commits_carelessly_for_others_does_not_for_the_service(string careless, string expected)
    {
        await using var first = await RunningServer.StartAsync();
        // Its sessions are older than the setting.
        await first.StopAsync();
        await first.RunAsync(Recorder);
        await first.RunAsync($"ALTER DATABASE {await first.ScalarAsync<string>("SELECT current_database()::text")} SET synchronous_commit = {careless}");
        await using var server = await first.StartAnotherAsync();
        Assert.Equal(careless, await server.ScalarAsync<string>("SHOW synchronous_commit"));

        await WriteAllAsync(server);

        Assert.Equal(expected, await server.ScalarAsync<string>("SELECT string_agg(DISTINCT setting, ',') FROM recorded"));
        Assert.Equal(
            "devices,refresh_tokens,service_accounts,sync_queue,tombstone_marks,users",
            await server.ScalarAsync<string>("SELECT string_agg(DISTINCT table_name, ',' ORDER BY table_name) FROM recorded"));
    }

    // Each writer beside the push, which has tests of its own.
    private static async Task WriteAllAsync(RunningServer server)
    {
        var cancellation = RunningServer.Cancellation;
        var auth = new V1.AuthService.AuthServiceClient(server.Channel);
        var login = await server.LoginAsync();
        var owner = new Caller(server, RunningServer.Bearer(login.Tokens.AccessToken));
        var renewed = await auth.RefreshTokenAsync(new() { RefreshToken = login.Tokens.RefreshToken }, cancellationToken: cancellation);
        var account = await owner.CallAsync<CreateServiceAccountResponse>(
            new CreateServiceAccountRequest { Name = "Shop", Role = Role.Worker });
        await auth.ExchangeServiceKeyAsync(new() { Key = account.Key }, cancellationToken: cancellation);
        await owner.CallAsync<RevokeServiceAccountResponse>(new RevokeServiceAccountRequest { UserId = account.ServiceAccount.UserId });

        var device = Office.NewId();
        using (var stream = server.OpenStream(owner.Credentials))
            await stream.CatchUpAsync(StreamExtensions.NewHello(device));
        await owner.CallAsync<RevokeDeviceResponse>(new RevokeDeviceRequest { DeviceId = device });
        var waiting = Office.NewId();
        await server.RunAsync(
            $"""
            INSERT INTO sync_queue (id, user_id, operation, entity_type, payload, device_id, client_seq, waits_for)
            VALUES ('{waiting}', '{RunningServer.OwnerId}', 'create', 'job', jsonb_build_object(), '{device}', 1, gen_random_uuid())
            """);
        await owner.CallAsync<DiscardOperationResponse>(new DiscardOperationRequest { OperationId = waiting });
        await server.Service<Storage.Maintenance.DatabaseMaintenance>().RunAsync(cancellation);
        var other = await server.LoginAsync();
        var sessions = await auth.ListSessionsAsync(new(), RunningServer.Bearer(other.Tokens.AccessToken), cancellationToken: cancellation);
        await auth.RevokeSessionAsync(
            new() { FamilyId = sessions.Sessions.Single(session => session.IsCurrent).FamilyId }, owner.Credentials, cancellationToken: cancellation);
        await auth.ChangePasswordAsync(
            new() { CurrentPassword = "owner-demo-1", NewPassword = "owner-demo-2" }, owner.Credentials, cancellationToken: cancellation);
        await auth.LogoutAsync(new() { RefreshToken = renewed.Tokens.RefreshToken }, cancellationToken: cancellation);
    }
}
