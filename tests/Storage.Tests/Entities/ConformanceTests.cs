using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Live;
using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.Storage.Tests.Live;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Xunit;

namespace KhsCrm.Storage.Tests.Entities;

/// <summary>Each kind keeps what its definition says, everywhere; a part that was forgotten fails with the kind's name.</summary>
public sealed class ConformanceTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. EntityKinds.All.Select(kind => kind.Name)];

    public static TheoryData<string> Writable => [.. EntityKinds.All.Where(kind => kind.IsWritable).Select(kind => kind.Name)];

    private EntityType[] AllTypes { get; } = [.. EntityKinds.All.Select(kind => kind.Type)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_fields_are_those_of_its_message(string name)
    {
        var kind = EntityKinds.Of(name)!;
        var message = Entity.Descriptor.FindFieldByName(name).MessageType;
        Assert.Equal(
            message.Fields.InDeclarationOrder().Select(field => field.Name).Where(field => field != "etag").Order(), kind.AllFields.Order());
        Assert.Equal((int)kind.Type, Entity.Descriptor.FindFieldByName(name).FieldNumber);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Its_table_has_its_columns_and_is_stamped(string name)
    {
        var kind = EntityKinds.Of(name)!;
        await using var database = await SyncedDatabase.CreateAsync();
        var columns = await database.ScalarAsync<string[]>(
            $"SELECT array_agg(column_name::text) FROM information_schema.columns WHERE table_name = '{kind.Table}'");
        Assert.Empty(kind.AllFields.Append("change_xid").Except(columns));
        Assert.Contains(await TriggersAsync(database, kind), trigger => trigger == $"stamp_{kind.Table}" || trigger == $"update_{kind.Table}_updated_at");
        Assert.Contains(
            $"({kind.VersionField}, id)",
            await database.ScalarAsync<string>($"SELECT string_agg(indexdef, E'\n') FROM pg_indexes WHERE tablename = '{kind.Table}'"),
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Writable))]
    public async Task Its_table_leaves_tombstones_and_a_trail(string name)
    {
        var kind = EntityKinds.Of(name)!;
        await using var database = await SyncedDatabase.CreateAsync();
        string[] expected = [$"bury_{kind.Table}", $"audit_{kind.Table}_insert", $"audit_{kind.Table}_update", $"audit_{kind.Table}_delete"];
        Assert.Empty(expected.Except(await TriggersAsync(database, kind)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_worker_has_what_its_route_says_by_catch_up_by_reads_and_live(string name)
    {
        var kind = EntityKinds.Of(name)!;
        await using var database = await SyncedDatabase.CreateAsync();
        await SeedAsync(database);
        var reader = new LiveReader(database.DataSource, Options.Create(new LiveWindowOptions()));
        var position = await reader.ReadPositionAsync(SyncedDatabase.Cancellation);
        var live = new LiveDevice(database, database.Worker, AllTypes);
        await live.AttachAsync();
        foreach (var table in new[] { "users", "customers", "jobs", "materials" })
            await database.RunAsync($"UPDATE {table} SET updated_by_id = NULL");
        await database.RunAsync("UPDATE jobs SET status = 'ON_HOLD'");
        var window = await reader.ReadAsync(position, live.Kinds, [], SyncedDatabase.Cancellation);
        await live.TakeAsync(window);
        var device = database.Device(database.Worker, types: AllTypes);
        await device.SyncAsync();
        var all = await database.IdsAsync($"SELECT id FROM {kind.Table}");
        var read = await new RowFinder(database.DataSource).FindAsync(
            database.Worker, Role.Worker, kind.Type, [.. all.Select(Guid.Parse)], SyncedDatabase.Cancellation);

        var expected = await database.IdsAsync($"SELECT id FROM {kind.Table} t WHERE {Scope(kind, database.Worker)}");

        output.WriteLine($"{expected.Count} of {all.Count}");
        Assert.NotEmpty(all);
        Assert.Equal(kind.Route.Audience == Audience.Everyone, expected.Count == all.Count);
        Assert.Equal(kind.Route.Audience == Audience.Owner, expected.Count == 0);
        Assert.Equal(1, live.Routed);
        Assert.Equal(expected.Order(), device.Ids(kind.Type).Order());
        Assert.Equal(expected.Order(), read.Select(kind.GetId).Order());
    }

    // Written out here, so that it is not what it is compared with.
    private static string Scope(EntityKind kind, Guid worker)
    {
        var jobs = $"(SELECT job_id FROM job_assignments WHERE user_id = '{worker}')";
        return kind.Route.Audience switch
        {
            Audience.Everyone => "true",
            Audience.Job => $"t.{kind.Route.Field} IN {jobs}",
            Audience.Customer => $"t.{kind.Route.Field} IN (SELECT customer_id FROM jobs WHERE id IN {jobs})",
            _ => "false",
        };
    }

    private static async Task<string[]> TriggersAsync(SyncedDatabase database, EntityKind kind) => await database.ScalarAsync<string[]>(
        $"SELECT array_agg(tgname::text) FROM pg_trigger WHERE tgrelid = '{kind.Table}'::regclass AND NOT tgisinternal");

    // A job that is the worker's, and one that is another's.
    private static async Task SeedAsync(SyncedDatabase database)
    {
        foreach (var user in new[] { database.Worker, database.OtherWorker })
        {
            var job = await database.AddJobAsync(await database.AddCustomerAsync());
            await database.AssignAsync(job, user);
            await database.AddMaterialAsync(job);
        }
    }
}
