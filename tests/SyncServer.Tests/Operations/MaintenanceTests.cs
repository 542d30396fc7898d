using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Operations;

/// <summary>Maintenance on demand.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    public async Task Missing_months_are_made_and_a_dry_run_makes_none()
    {
        await using var office = await Office.OpenAsync();
        // The server's own schedule would make them too: it is kept away.
        await using var schedule = await office.Server.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('khscrm.retention'))", schedule))
            await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
        await office.Server.RunAsync(
            """
            DO $$ DECLARE v TEXT; BEGIN
                FOR v IN SELECT 'activity_logs_' || to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => m), 'YYYY_MM')
                         FROM generate_series(2, 3) m
                LOOP EXECUTE format('DROP TABLE %I', v); END LOOP;
            END $$
            """);
        var months = await CountAsync();

        var dry = await RunAsync(office, new() { Task = MaintenanceTask.Partitions, DryRun = true });
        Assert.Equal(["create partition", "create partition"], dry.Actions.Select(action => action.Action));
        Assert.All(dry.Actions, action => Assert.Null(action.Duration));
        Assert.Equal(months, await CountAsync());

        var run = await RunAsync(office, new() { Task = MaintenanceTask.Partitions });
        Assert.Equal(dry.Actions.Select(action => action.Target), run.Actions.Select(action => action.Target));
        Assert.All(run.Actions, action => Assert.NotNull(action.Duration));
        Assert.Equal(months + 2, await CountAsync());
        Assert.Empty((await RunAsync(office, new() { Task = MaintenanceTask.Partitions })).Actions);

        Task<long> CountAsync() => office.Server.ScalarAsync<long>("SELECT count(*) FROM pg_inherits WHERE inhparent = 'activity_logs'::regclass");
    }

    [Fact]
    public async Task What_is_past_its_retention_is_purged()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            $"""
            INSERT INTO tombstones (entity_type, entity_id, deleted_at) VALUES ('customer', gen_random_uuid(), now() - interval '400 days');
            INSERT INTO sync_queue (user_id, operation, entity_type, payload, status, created_at, processed_at)
            VALUES ('{RunningServer.OwnerId}', 'create', 'job', JSONB_OBJECT, 'completed', now() - interval '400 days', now() - interval '400 days')
            """.Replace("JSONB_OBJECT", "'{}'", StringComparison.Ordinal));
        // A mark of long ago, when the tombstone was visible: its own date alone lets nothing be forgotten.
        await office.Server.RunAsync("INSERT INTO tombstone_marks (taken_at, oldest_xid) VALUES (now() - interval '300 days', pg_snapshot_xmax(pg_current_snapshot()))");
        await office.Server.RunAsync($"INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('old', '{RunningServer.OwnerId}', now() - interval '1 day', gen_random_uuid())");

        var actions = (await RunAsync(office, new() { Task = MaintenanceTask.Retention })).Actions;

        Assert.Equal((1L, false), (actions[0].RemovedRows, actions[0].HasError));
        Assert.Equal("refresh_tokens", actions[0].Target);
        // This server's own schedule may be at it, past the tombstones when ours was made: then there is another run.
        while (await office.Server.ScalarAsync<long>("SELECT (SELECT count(*) FROM tombstones WHERE deleted_at < now() - interval '399 days') + (SELECT count(*) FROM sync_queue)") > 0)
            await RunAsync(office, new() { Task = MaintenanceTask.Retention });
        Assert.Equal(0L, await office.Server.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens WHERE token = 'old'"));
    }

    [Fact]
    public async Task Tables_are_vacuumed_and_indexes_made_anew()
    {
        await using var office = await Office.OpenAsync();
        await Assert.ThrowsAsync<PostgresException>(() => office.Server.RunAsync("CREATE UNIQUE INDEX CONCURRENTLY left_behind ON customers (name)"));
        Assert.Equal(1L, await office.Server.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));

        var vacuum = await RunAsync(office, new() { Task = MaintenanceTask.VacuumAnalyze, Tables = { "customers", "sync_queue" } });
        Assert.Equal(
            ["customers", "sync_queue_completed", "sync_queue_failed", "sync_queue_pending", "sync_queue_processing"],
            vacuum.Actions.Select(action => action.Target));
        Assert.All(vacuum.Actions, action => Assert.False(action.HasError, action.Error));
        var reindex = await RunAsync(office, new() { Task = MaintenanceTask.Reindex, Tables = { "customers" } });
        Assert.Equal(("drop invalid index", "left_behind"), (reindex.Actions[0].Action, reindex.Actions[0].Target));
        Assert.Contains(reindex.Actions, action => action is { Action: "reindex", Target: "customers_pkey" });
        Assert.All(reindex.Actions, action => Assert.False(action.HasError, action.Error));
        Assert.Equal(0L, await office.Server.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));
        Assert.All(
            (await RunAsync(office, new() { Task = MaintenanceTask.Reindex, Tables = { "customers" }, DryRun = true })).Actions,
            action => Assert.Null(action.Duration));
    }

    [Fact]
    public async Task One_runs_at_a_time()
    {
        await using var office = await Office.OpenAsync();
        await using (var other = await office.Server.DataSource.OpenConnectionAsync(RunningServer.Cancellation))
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('khscrm.maintenance'))", other);
            await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
            await office.Owner.FailAsync(
                StatusCode.Aborted, ErrorReason.Busy, new RunMaintenanceRequest { Task = MaintenanceTask.Partitions });
            command.CommandText = "SELECT pg_advisory_unlock(hashtext('khscrm.maintenance'))";
            await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
        }

        await RunAsync(office, new() { Task = MaintenanceTask.Partitions });
        // It gave the lock back.
        await RunAsync(office, new() { Task = MaintenanceTask.Partitions });
    }

    [Fact]
    public async Task A_bad_request_is_refused_by_field()
    {
        await using var office = await Office.OpenAsync();
        await office.Owner.FailFieldsAsync(new RunMaintenanceRequest(), "task");
        await office.Owner.FailAsync(StatusCode.InvalidArgument, ErrorReason.EnumValueUnknown, new RunMaintenanceRequest { Task = (MaintenanceTask)99 });
        await office.Owner.FailFieldsAsync(new RunMaintenanceRequest { Task = MaintenanceTask.Partitions, Tables = { "jobs" } }, "tables");
        await office.Owner.FailFieldsAsync(new RunMaintenanceRequest { Task = MaintenanceTask.Reindex, Tables = { "jobs", "nothing" } }, "tables");
        await office.Owner.FailFieldsAsync(new RunMaintenanceRequest { Task = MaintenanceTask.Reindex, Tables = { "idx_customers_name" } }, "tables");
    }

    private static Task<RunMaintenanceResponse> RunAsync(Office office, RunMaintenanceRequest request) =>
        office.Owner.CallAsync<RunMaintenanceResponse>(request);
}
