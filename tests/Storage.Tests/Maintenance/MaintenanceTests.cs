using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Maintenance;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.Storage.Tests.Push;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Maintenance;

/// <summary>What is forgotten, and that nobody needed it any more.</summary>
public sealed class MaintenanceTests
{
    [Fact]
    public async Task A_tombstone_outlives_every_cursor_that_may_ask_for_it()
    {
        await using var database = await CreateAsync();
        await database.AddCustomerAsync("young");
        await database.AddCustomerAsync("old");
        var device = database.Device();
        await device.SyncAsync();
        await database.RunAsync("DELETE FROM customers");
        // On the last day of the retention, and past it with the margin.
        await AgeAsync(database, "30 days", "(SELECT entity_id FROM activity_logs WHERE details::text LIKE '%young%' LIMIT 1)");
        await AgeAsync(database, "31 days 1 hour", "(SELECT entity_id FROM activity_logs WHERE details::text LIKE '%old%' LIMIT 1)");
        await MarkAsync(database, "31 days 30 minutes");

        var report = await RunAsync(database);
        await device.SyncAsync();

        Assert.Equal(1, report!.TombstonesPurged);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM tombstones"));
        Assert.Single(device.Ids(EntityType.Customer));
    }

    /// <summary>A tombstone is dated by its statement; devices see it when its transaction ends, which may be days later.</summary>
    [Fact]
    public async Task A_tombstone_of_a_transaction_that_was_open_for_days_outlives_the_cursors_cut_meanwhile()
    {
        await using var database = await CreateAsync();
        await database.AddCustomerAsync();
        var device = database.Device();
        await using (var slow = await KhsCrm.TestKit.HeldTransaction.BeginAsync(
            database.DataSource,
            "DELETE FROM customers; UPDATE tombstones SET deleted_at = now() - interval '33 days'",
            Cancellation))
        {
            // 32 days ago the deletion ran; today it is committed.
            await MarkAsync(database, "32 days");
            await device.SyncAsync();
            await slow.CommitAsync();
        }

        Assert.Equal(0, (await RunAsync(database))!.TombstonesPurged);
        await device.SyncAsync();
        Assert.Empty(device.Ids(EntityType.Customer));

        // And once it was visible for as long, it goes.
        await MarkAsync(database, "31 days 1 hour");
        Assert.Equal(1, (await RunAsync(database))!.TombstonesPurged);
    }

    [Fact]
    public async Task Marks_do_not_pile_up_and_those_of_another_database_count_for_nothing()
    {
        await using var database = await CreateAsync();
        await database.AddCustomerAsync();
        await database.RunAsync("DELETE FROM customers");
        await database.RunAsync("UPDATE tombstones SET deleted_at = now() - interval '40 days'");
        await database.RunAsync(
            "INSERT INTO tombstone_marks (taken_at, system_identifier) VALUES (now() - interval '40 days', 'another')");
        Assert.Equal(0, (await RunAsync(database))!.TombstonesPurged);
        for (var days = 60; days > 20; days -= 10)
            await MarkAsync(database, $"{days} days");

        await RunAsync(database);

        // The newest that is old enough, the one that is not, and those of the two runs.
        Assert.Equal(4L, await database.ScalarAsync<long>("SELECT count(*) FROM tombstone_marks"));
    }

    [Fact]
    public async Task Failures_expired_sessions_and_devices_that_nobody_hears_of_are_forgotten()
    {
        await using var database = await CreateAsync();
        var outbox = await Outbox.CreateAsync(database);
        await outbox.PushAsync(outbox.Create(Outbox.NewJob($"{Guid.NewGuid()}")));
        var (unheard, revoked, waits) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await database.RunAsync(
            $"""
            UPDATE sync_queue SET created_at = now() - interval '401 days', processed_at = now() - interval '401 days';
            INSERT INTO devices (id, user_id, app_version, last_seen_at, revoked_at) VALUES
                ('{unheard}', '{Owner}', '', now() - interval '366 days', NULL),
                ('{revoked}', '{Owner}', '', now() - interval '366 days', now()),
                ('{waits}', '{Owner}', '', now() - interval '366 days', NULL);
            INSERT INTO sync_queue (user_id, operation, entity_type, payload, device_id) VALUES ('{Owner}', 'create', 'job', '[]', '{waits}');
            INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES
                ('long expired', '{Owner}', now() - interval '2 days', gen_random_uuid()),
                ('alive', '{Owner}', now() + interval '2 days', gen_random_uuid())
            """);

        var report = await RunAsync(database);

        Assert.Equal((1L, 1L, 1L), (report!.FailuresPurged, report.DevicesPurged, report.TokensPurged));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status = 'failed'"));
        Assert.Equal(0L, await database.ScalarAsync<long>($"SELECT count(*) FROM devices WHERE id = '{unheard}'"));
        Assert.Equal("alive", await database.ScalarAsync<string>("SELECT token FROM refresh_tokens"));
    }

    [Fact]
    public async Task A_replay_of_an_operation_that_the_ledger_forgot_is_still_a_duplicate()
    {
        await using var database = await CreateAsync();
        var outbox = await Outbox.CreateAsync(database);
        Operation[] batch = [outbox.Create(Outbox.NewCustomer()), outbox.Create(Outbox.NewJob($"{Guid.NewGuid()}"))];
        await outbox.PushAsync(batch);
        await database.RunAsync("UPDATE sync_queue SET created_at = now() - interval '91 days', processed_at = now() - interval '91 days'");

        var report = await RunAsync(database);
        var replay = await outbox.PushAsync([.. batch.Select(operation => operation.Clone())]);

        Assert.Equal(1, report!.OperationsPurged);
        Assert.All(replay, result => Assert.Equal(OperationOutcome.Duplicate, result.Outcome));
        // What failed is remembered for longer: to be told that it took effect would lose it silently.
        Assert.Equal([OperationOutcome.Applied, OperationOutcome.Rejected], replay.Select(result => result.FirstOutcome));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
    }

    [Fact]
    public async Task What_is_young_stays()
    {
        await using var database = await CreateAsync();
        var outbox = await Outbox.CreateAsync(database);
        await outbox.PushAsync(outbox.Create(Outbox.NewCustomer()));
        await database.RunAsync("DELETE FROM customers");

        Assert.Equal(new MaintenanceReport(0, 0, 0, 0), await RunAsync(database));
    }

    [Fact]
    public async Task Months_past_the_retention_of_the_trail_are_dropped_without_a_word_to_devices()
    {
        await using var database = await CreateAsync();
        await database.RunAsync(
            $"""
            CREATE TABLE activity_logs_2020_01 PARTITION OF activity_logs FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2020-02-01 00:00+00');
            INSERT INTO activity_logs (entity_type, entity_id, action, user_id, created_at) VALUES ('x', gen_random_uuid(), 'x', '{Owner}', '2020-01-15')
            """);

        var report = await RunAsync(database, new RetentionOptions { ActivityLog = TimeSpan.FromDays(400) });

        Assert.Equal(1, report!.PartitionsDropped);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM tombstones"));
        Assert.Equal(0, (await RunAsync(database, new RetentionOptions { ActivityLog = TimeSpan.FromDays(400) }))!.PartitionsDropped);
    }

    [Fact]
    public async Task One_server_at_a_time_does_it()
    {
        await using var database = await CreateAsync();
        await using var other = await database.DataSource.OpenConnectionAsync(Cancellation);
        await using (var command = new NpgsqlCommand("SELECT pg_advisory_lock(hashtext('khscrm.retention'))", other))
            await command.ExecuteNonQueryAsync(Cancellation);
        Assert.Null(await RunAsync(database));

        await using (var command = new NpgsqlCommand("SELECT pg_advisory_unlock(hashtext('khscrm.retention'))", other))
            await command.ExecuteNonQueryAsync(Cancellation);
        Assert.NotNull(await RunAsync(database));
    }

    /// <summary>The functions run with the owner's rights, so they have to look who calls them.</summary>
    [Theory]
    [InlineData("SELECT ensure_activity_log_partitions(9)")]
    [InlineData("SELECT drop_activity_log_partitions(now())")]
    [InlineData("SELECT stamp_all_rows()")]
    public async Task A_role_without_rights_to_the_tables_gets_none_by_the_functions(string sql)
    {
        await using var database = await CreateAsync();
        var role = $"stranger_{Guid.NewGuid():N}";
        await database.RunAsync($"CREATE ROLE {role} LOGIN PASSWORD 'stranger'");
        try
        {
            var text = new NpgsqlConnectionStringBuilder(database.ConnectionString)
            {
                Username = role,
                Password = "stranger",
                Pooling = false,
            };
            await using (var connection = new NpgsqlConnection(text.ConnectionString))
            {
                await connection.OpenAsync(Cancellation);
                await using var command = new NpgsqlCommand(sql, connection);
                var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancellation));
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
            }

            // And the one that may do it needs to own nothing.
            await database.RunAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}");
            await using var granted = NpgsqlDataSource.Create(text.ConnectionString);
            var report = await new DatabaseMaintenance(
                granted, Options.Create(new RetentionOptions { ActivityLog = TimeSpan.FromDays(400) }), Options.Create(new DeltaOptions())).RunAsync(Cancellation);
            Assert.NotNull(report);
        }
        finally
        {
            await database.RunAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
        }
    }

    private static Task AgeAsync(SyncedDatabase database, string age, string id) =>
        database.RunAsync($"UPDATE tombstones SET deleted_at = now() - interval '{age}' WHERE entity_id = {id}");

    // A mark as it would have been made then. Transactions of other tests, in other databases, hold a snapshot's xmin back.
    private static async Task MarkAsync(SyncedDatabase database, string age)
    {
        while (await database.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM tombstones WHERE change_xid >= pg_snapshot_xmin(pg_current_snapshot()))"))
        {
            Cancellation.ThrowIfCancellationRequested();
        }

        await database.RunAsync($"INSERT INTO tombstone_marks (taken_at) VALUES (now() - interval '{age}')");
    }

    private static Task<MaintenanceReport?> RunAsync(SyncedDatabase database, RetentionOptions? retention = null) =>
        new DatabaseMaintenance(
            database.DataSource, Options.Create(retention ?? new()), Options.Create(new DeltaOptions())).RunAsync(Cancellation);
}
