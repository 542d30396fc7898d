using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Live;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Live;

/// <summary>What is read once and routed in memory is what each device would have read for itself.</summary>
public sealed class LiveWindowTests
{
    private const string AnyJob = "(SELECT id FROM jobs ORDER BY md5(id::text || '{0}') LIMIT 1)";
    private const string AnyCustomer = "(SELECT id FROM customers ORDER BY md5(id::text || '{0}') LIMIT 1)";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_histories_through_windows_give_what_the_delta_reader_gives(int seed)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var random = new Random(seed);
        for (var i = 0; i < 4; i++)
            await database.AddJobAsync(await database.AddCustomerAsync());
        LiveDevice[] devices =
        [
            new(database, SyncedDatabase.Owner),
            new(database, SyncedDatabase.Owner, EntityType.Material, EntityType.ActivityLog),
            new(database, database.Worker),
            new(database, database.Worker, EntityType.Job, EntityType.JobAssignment),
            new(database, database.OtherWorker),
        ];
        // Before the devices read: autovacuum takes transaction ids too, so a later position may be ahead of them.
        var reader = Reader(database);
        var position = await reader.ReadPositionAsync(SyncedDatabase.Cancellation);
        foreach (var device in devices)
            await device.AttachAsync();
        var kinds = devices.Aggregate(default(KindSet), (all, device) => all.Union(device.Kinds));
        List<NpgsqlConnection> open = [];
        for (var step = 0; step < 60; step++)
        {
            await ChangeAsync(database, random, open);
            var window = await reader.ReadAsync(position, kinds, [], SyncedDatabase.Cancellation);
            Assert.True(window.IsWhole);
            foreach (var device in devices)
                await device.TakeAsync(window);
            position = window.To;
        }

        foreach (var connection in open)
            await connection.DisposeAsync();
        Assert.All(devices, device => Assert.True(device.Routed > 20, $"{device.Routed} windows were routed"));
        Assert.Contains(devices, device => device.Reread > 0);
    }

    [Fact]
    public async Task A_window_that_is_too_large_is_not_brought_into_memory_and_the_next_one_is_read_again()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var reader = Reader(database, rows: 10);
        var position = await reader.ReadPositionAsync(SyncedDatabase.Cancellation);
        await database.RunAsync("INSERT INTO customers (name, address) SELECT 'c', 'a' FROM generate_series(1, 11)");
        var large = await reader.ReadAsync(position, OwnersKinds, [], SyncedDatabase.Cancellation);
        await database.AddCustomerAsync("after");
        var next = await reader.ReadAsync(large.To, OwnersKinds, [], SyncedDatabase.Cancellation);

        Assert.Equal((false, null), (large.IsWhole, large.Fault));
        var scope = await ScopeAsync(database, OwnersScope);
        Assert.Null(large.Route(scope, Guid.Empty));
        var delta = Delta.Parser.ParseFrom(next.Route(scope, Guid.Empty)!.Bytes.Span);
        Assert.Equal("after", Assert.Single(delta.Changes).Entity.Customer.Name);
    }

    [Fact]
    public async Task Streams_that_get_the_same_share_the_bytes()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var reader = Reader(database);
        var position = await reader.ReadPositionAsync(SyncedDatabase.Cancellation);
        await database.AddCustomerAsync();
        await database.AddCustomerAsync();
        var window = await reader.ReadAsync(position, OwnersKinds, [], SyncedDatabase.Cancellation);
        var one = window.Route(await ScopeAsync(database, OwnersScope), Guid.NewGuid());
        var two = window.Route(await ScopeAsync(database, OwnersScope), Guid.NewGuid());

        Assert.Same(one, two);
        Assert.Equal(2, one!.Count);
    }

    [Fact]
    public async Task The_end_of_a_session_concerns_its_own_streams_only_and_one_of_its_tokens_does_not()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (ended, other) = (Guid.NewGuid(), Guid.NewGuid());
        await database.RunAsync(
            $"""
            INSERT INTO refresh_tokens (token, user_id, family_id, expires_at)
            SELECT 't' || n || f, '{SyncedDatabase.Owner}', f::uuid, now()
            FROM generate_series(1, 2) n, unnest(ARRAY['{ended}', '{other}']) f
            """);
        var reader = Reader(database);
        var scope = await ScopeAsync(database, OwnersScope);
        var position = await reader.ReadPositionAsync(SyncedDatabase.Cancellation);
        await database.RunAsync($"DELETE FROM refresh_tokens WHERE family_id = '{ended}' OR token = 't1{other}'");

        var window = await reader.ReadAsync(position, OwnersKinds, [], SyncedDatabase.Cancellation);

        Assert.Null(window.Route(scope, ended));
        Assert.Equal(0, window.Route(scope, other)!.Count);
    }

    /// <summary>What a stream that stands at a checkpoint of now gets.</summary>
    internal static async Task<LiveScope> ScopeAsync(SyncedDatabase database, DeltaScope scope)
    {
        var reader = new DeltaReader(database.DataSource, Options.Create(new DeltaOptions()));
        using var delta = (await reader.ReadEncodedAsync(scope, default, SyncedDatabase.Cancellation)).Delta!;
        return LiveScope.Of(delta)!;
    }

    private static DeltaScope OwnersScope => new(SyncedDatabase.Owner, Role.Owner, null, []);

    private static KindSet OwnersKinds => OwnersScope.ToKinds(new DeltaOptions());

    private static LiveReader Reader(SyncedDatabase database, int rows = 5_000) =>
        new(database.DataSource, Options.Create(new LiveWindowOptions { WindowRows = rows }));

    // One to four changes, some in transactions that stay open for a while and end in either way.
    private static async Task ChangeAsync(SyncedDatabase database, Random random, List<NpgsqlConnection> open)
    {
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            switch (random.Next(8))
            {
                case 0 when open.Count < 3:
                    var connection = await database.DataSource.OpenConnectionAsync(SyncedDatabase.Cancellation);
                    open.Add(connection);
                    // Only new rows: an update could wait for a lock that this very test holds.
                    await RunAsync(connection, $"BEGIN; INSERT INTO customers (name, address) VALUES ('late {changes}', 'a')");
                    break;
                case 1 when open.Count > 0:
                    await RunAsync(open[0], random.Next(4) == 0 ? "ROLLBACK" : "COMMIT");
                    await open[0].DisposeAsync();
                    open.RemoveAt(0);
                    break;
                default:
                    await database.RunAsync(Fill(random, Statement(database, random)));
                    break;
            }
        }
    }

    private static string Statement(SyncedDatabase database, Random random)
    {
        var user = random.Next(2) == 0 ? database.Worker : database.OtherWorker;
        return random.Next(12) switch
        {
            0 => $"INSERT INTO jobs (title, customer_id, created_by_id) VALUES ('j', {AnyCustomer}, '{SyncedDatabase.Owner}')",
            1 => $"INSERT INTO job_assignments (job_id, user_id) SELECT j, '{user}' FROM {AnyJob} AS t(j) ON CONFLICT DO NOTHING",
            2 => $"DELETE FROM job_assignments WHERE job_id = {AnyJob} AND user_id = '{user}'",
            3 => $"UPDATE jobs SET customer_id = {AnyCustomer} WHERE id = {AnyJob}",
            4 => $"UPDATE jobs SET status = CASE status WHEN 'IN_PROGRESS' THEN 'ON_HOLD' ELSE 'IN_PROGRESS' END WHERE id = {AnyJob}",
            5 when random.Next(3) == 0 => $"DELETE FROM jobs WHERE id = {AnyJob}",
            6 => $"UPDATE users SET name = 'n{random.Next()}' WHERE id = '{user}'",
            7 => $"UPDATE customers SET notes = '{random.Next()}' WHERE id = {AnyCustomer}",
            8 => $"DELETE FROM materials WHERE id = (SELECT id FROM materials ORDER BY md5(id::text || '{{0}}') LIMIT 1)",
            9 => $"UPDATE job_assignments SET updated_by_id = '{user}' WHERE job_id = {AnyJob}",
            10 => $"UPDATE materials SET notes = '{random.Next()}' WHERE job_id = {AnyJob}",
            _ => $"INSERT INTO materials (job_id, item_name, added_by_id) SELECT j, 'Nails', '{SyncedDatabase.Owner}' FROM {AnyJob} AS t(j)",
        };
    }

    private static string Fill(Random random, string sql) => sql.Replace("{0}", $"{random.Next()}", StringComparison.Ordinal);

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(SyncedDatabase.Cancellation);
    }
}
