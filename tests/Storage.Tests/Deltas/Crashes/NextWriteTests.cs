using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Live;
using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.GroupCommit;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>Who writes next after the crash, and who must see it: a push, an unassignment; an owner, a worker, a live window.</summary>
public sealed class NextWriteTests(CrashServer server) : IClassFixture<CrashServer>
{
    private const string IdOnly = "SELECT pg_current_xact_id()";

    public static TheoryData<CrashKind> Crashes() => [.. Enum.GetValues<CrashKind>()];

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task A_push_reaches_the_other_devices(CrashKind crash)
    {
        foreach (var isNaive in new[] { true, false })
        {
            using var committer = new GroupCommitter(server.DataSource, server.DataSource, TimeProvider.System, Options.Create(new GroupCommitOptions()));
            var greeting = await new DeviceRegistry(server.DataSource).GreetAsync(new DeviceHello(Guid.CreateVersion7(), Owner, null, "test"), Cancellation);
            Assert.NotNull(greeting);
            var pusher = Guid.CreateVersion7();
            await new DeviceRegistry(server.DataSource).GreetAsync(new DeviceHello(pusher, Owner, null, "test"), Cancellation);
            var device = await CrashAsync(crash, isNaive, isWorker: false);
            var id = $"{Guid.CreateVersion7()}";

            var outcome = await committer.ApplyAsync(
                new Actor(Owner, Role.Owner, pusher),
                [new Operation { Id = $"{Guid.CreateVersion7()}", ClientSeq = 1, Kind = OperationKind.Create, Entity = new() { Customer = new() { Id = id, Name = "n", Address = "a" } } }],
                Cancellation);
            Assert.Equal(OperationOutcome.Applied, Assert.Single(outcome.Results).Outcome);
            await CrashTests.SyncOrResyncAsync(device);

            Assert.Equal(isNaive, !device.Ids(EntityType.Customer).Contains(id));
        }
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task A_worker_loses_the_job_that_is_taken_from_them(CrashKind crash)
    {
        foreach (var isNaive in new[] { true, false })
        {
            var job = await AssignAsync();
            var device = await CrashAsync(crash, isNaive, isWorker: true);
            Assert.Contains(job, device.Ids(EntityType.Job));

            await server.RunAsync($"DELETE FROM job_assignments WHERE job_id = '{job}'");
            await CrashTests.SyncOrResyncAsync(device);

            Assert.Equal(isNaive, device.Ids(EntityType.Job).Contains(job));
        }
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task A_worker_is_sent_the_materials_of_their_job(CrashKind crash)
    {
        foreach (var isNaive in new[] { true, false })
        {
            var job = await AssignAsync();
            var device = await CrashAsync(crash, isNaive, isWorker: true);

            var id = $"{Guid.CreateVersion7()}";
            await server.RunAsync($"INSERT INTO materials (id, job_id, item_name, added_by_id) VALUES ('{id}', '{job}', 'Nails', '{Owner}')");
            await CrashTests.SyncOrResyncAsync(device);

            Assert.Equal(isNaive, !device.Ids(EntityType.Material).Contains(id));
        }
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task A_live_window_shows_the_next_write(CrashKind crash)
    {
        var reader = new LiveReader(server.DataSource, Options.Create(new LiveWindowOptions()));
        var scope = new DeltaScope(Owner, Role.Owner, null, []);
        var live = new LiveScope(scope.Reader, HeldKinds.Only(KindSet.Default), [], []);
        foreach (var isNaive in new[] { true, false })
        {
            var start = await reader.ReadPositionAsync(Cancellation);
            var device = server.Device();
            await device.SyncAsync();
            LivePosition position;
            do
            {
                await server.RunAsync(IdOnly);
                position = isNaive
                    ? LivePosition.Of((await server.NaiveAsync(device)).Cursor.Memory)!
                    : (await reader.ReadAsync(start, KindSet.Default, [], Cancellation)).To;
            }
            while (!await server.CrashAsync(crash) && isNaive);

            var id = $"{Guid.CreateVersion7()}";
            await server.RunAsync($"INSERT INTO customers (id, name, address) VALUES ('{id}', 'live', 'a')");

            var window = await reader.ReadAsync(position, KindSet.Default, [], Cancellation);

            var changes = Delta.Parser.ParseFrom(window.Route(live, Guid.Empty)!.Bytes.Span).Changes;
            Assert.Equal(isNaive, !changes.Any(change => change.Entity?.Customer?.Id == id));
        }
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task Pages_of_a_first_sync_lose_nothing(CrashKind crash)
    {
        await server.RunAsync("INSERT INTO customers (name, address) SELECT 'page ' || i, 'a' FROM generate_series(1, 40) i");
        var device = server.Device(pageSize: 7);
        // Between each two pages an id is given out that the crash gives out again.
        await device.SyncAsync(async page =>
        {
            await server.RunAsync(IdOnly);
            if (page == 3)
                await server.CrashAsync(crash);
            await server.RunAsync($"INSERT INTO customers (name, address) VALUES ('after page {page}', 'a')");
        });
        await server.RunAsync(IdOnly);
        await CrashTests.SyncOrResyncAsync(device);
        await server.CrashAsync(crash);
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('last', 'a')");
        await CrashTests.SyncOrResyncAsync(device);

        Assert.Equal(await server.CustomersAsync(), device.Ids(EntityType.Customer).Order(StringComparer.Ordinal));
    }

    // A device that has read behind a transaction that only took an id, or the twin that has cut a cursor there; then the crash.
    private async Task<DeltaDevice> CrashAsync(CrashKind crash, bool isNaive, bool isWorker)
    {
        var device = server.Device(isWorker);
        await device.SyncAsync();
        while (true)
        {
            await server.RunAsync(IdOnly);
            if (isNaive)
                device = await server.NaiveAsync(device, isWorker);
            else
                await device.SyncAsync();
            // Where no id is given out again the twin would lose nothing.
            if (await server.CrashAsync(crash) || !isNaive)
                return device;
        }
    }

    private async Task<string> AssignAsync()
    {
        var job = Guid.CreateVersion7();
        await server.RunAsync(
            $"""
            INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{job}', 'Job', '{server.Customer}', '{Owner}');
            INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{server.Worker}')
            """);
        return $"{job}";
    }
}
