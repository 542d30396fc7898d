using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Attacks;

/// <summary>What a worker's device must not be able to do, tried over a real stream.</summary>
public sealed class PushAttackTests
{
    [Fact]
    public async Task Nothing_of_an_owner_can_be_pushed_by_a_worker()
    {
        await using var server = await RunningServer.StartAsync();
        var me = await server.AddUserAsync("w@khscrm.com");
        var (customer, mine, theirs, material) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await server.RunAsync(
            $"""
            INSERT INTO customers (id, name, address) VALUES ('{customer}', 'c', 'a');
            INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES
                ('{mine}', 'mine', '{customer}', '{RunningServer.OwnerId}'), ('{theirs}', 'theirs', '{customer}', '{RunningServer.OwnerId}');
            INSERT INTO job_assignments (job_id, user_id) VALUES ('{mine}', '{me}');
            INSERT INTO materials (id, job_id, item_name, added_by_id) VALUES ('{material}', '{theirs}', 'Nails', '{RunningServer.OwnerId}')
            """);
        Operation[] attacks =
        [
            StreamExtensions.NewCustomer(0),
            Update(new Entity { User = new User { Id = $"{me}", Role = Role.Owner } }, "role"),
            Update(new Entity { User = new User { Id = RunningServer.OwnerId, IsActive = false } }, "is_active"),
            Create(new Entity { User = new User { Id = NewId(), Email = "a@b", Name = "A", Role = Role.Owner } }),
            Create(new Entity { JobAssignment = new JobAssignment { Id = NewId(), JobId = $"{theirs}", UserId = $"{me}" } }),
            Create(new Entity { Job = new Job { Id = NewId(), Title = "j", CustomerId = $"{customer}", CreatedById = RunningServer.OwnerId } }),
            Update(new Entity { Job = new Job { Id = $"{theirs}", Status = JobStatus.InProgress } }, "status"),
            Update(new Entity { Job = new Job { Id = $"{mine}", Title = "renamed" } }, "title"),
            Update(new Entity { Material = new Material { Id = $"{material}", Notes = "x" } }, "notes"),
            Create(new Entity { Material = new Material { Id = NewId(), JobId = $"{theirs}", ItemName = "Nails" } }),
            new() { Id = NewId(), Kind = OperationKind.Delete, Entity = new Entity { Job = new Job { Id = $"{mine}" } } },
        ];
        var results = await PushAsync(server, "w@khscrm.com", attacks);

        Assert.All(results, result => Assert.Equal(
            (OperationOutcome.Rejected, (int)StatusCode.PermissionDenied), (result.Outcome, result.Status.Code)));
        Assert.All(results, result => Assert.True(result.Entity is null || result.Entity.Job?.Id == $"{mine}"));
        Assert.Equal("WORKER", await server.ScalarAsync<string>($"SELECT role FROM users WHERE id = '{me}'"));
        Assert.Equal((2L, 1L), (await server.ScalarAsync<long>("SELECT count(*) FROM jobs"), await server.ScalarAsync<long>("SELECT count(*) FROM materials")));
    }

    [Fact]
    public async Task Who_wrote_is_what_the_session_says_and_not_what_the_row_says()
    {
        await using var server = await RunningServer.StartAsync();
        var stranger = await server.AddUserAsync("w@khscrm.com");
        var (customer, job) = (Guid.CreateVersion7(), NewId());
        await server.RunAsync($"INSERT INTO customers (id, name, address) VALUES ('{customer}', 'c', 'a')");
        var row = new Job { Id = job, Title = "j", CustomerId = $"{customer}", CreatedById = $"{stranger}", UpdatedById = $"{stranger}" };

        var result = Assert.Single(await PushAsync(server, "owner@khscrm.com", Create(new Entity { Job = row })));

        Assert.Equal((RunningServer.OwnerId, RunningServer.OwnerId), (result.Entity.Job.CreatedById, result.Entity.Job.UpdatedById));
        Assert.Equal(0, await server.ScalarAsync<long>($"SELECT count(*) FROM activity_logs WHERE user_id = '{stranger}' AND entity_type = 'job'"));
    }

    [Fact]
    public async Task The_operation_id_of_somebody_else_tells_nothing_and_blocks_nobody()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        var operation = StreamExtensions.NewCustomer(0, "Secret");
        Assert.Equal(OperationOutcome.Applied, Assert.Single(await PushAsync(server, "owner@khscrm.com", operation)).Outcome);

        for (var i = 0; i < 3; i++)
        {
            var probe = Assert.Single(await PushAsync(server, "w@khscrm.com", operation.Clone()));

            Assert.Equal((OperationOutcome.Rejected, null), (probe.Outcome, probe.Entity));
            Assert.DoesNotContain("Secret", probe.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_cursor_of_another_user_brings_only_what_is_ones_own()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('Secret', 'a')");
        using var owner = server.OpenStream(await server.OwnerAsync());
        await owner.SendAsync(new() { Hello = StreamExtensions.NewHello() });
        Delta? delta;
        do
            delta = (await owner.NextAsync()).Delta;
        while (delta is not { Checkpoint: true });
        var stolen = StreamExtensions.NewHello();
        stolen.Cursor = delta.Cursor;
        using var worker = server.OpenStream(await server.SignInAsync("w@khscrm.com"));
        await worker.SendAsync(new() { Hello = stolen });
        await worker.NextAsync();

        Assert.Equal(ResyncReason.CursorInvalid, (await worker.NextAsync()).ResyncRequired.Reason);
        Assert.All(await worker.ReadToCheckpointAsync(), change => Assert.NotNull(change.Entity.User));
    }

    [Fact]
    public async Task The_device_of_another_user_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        var hello = StreamExtensions.NewHello();
        using var owner = server.OpenStream(await server.OwnerAsync());
        await owner.CatchUpAsync(hello);

        using var thief = server.OpenStream(await server.SignInAsync("w@khscrm.com"));
        await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.DeviceNotYours, () => thief.CatchUpAsync(hello));
    }

    private static async Task<IReadOnlyList<OperationResult>> PushAsync(
        RunningServer server, string email, params Operation[] operations)
    {
        for (var i = 0; i < operations.Length; i++)
            operations[i].ClientSeq = i + 1;
        var answer = await new SyncService.SyncServiceClient(server.Channel).PushAsync(
            new PushRequest { DeviceId = NewId(), Operations = { operations } },
            await server.SignInAsync(email),
            cancellationToken: RunningServer.Cancellation);
        return answer.Result.Results;
    }

    private static Operation Create(Entity entity) => new() { Id = NewId(), Kind = OperationKind.Create, Entity = entity };

    private static Operation Update(Entity entity, string field) => new()
    {
        Id = NewId(),
        Kind = OperationKind.Update,
        Entity = entity,
        UpdateMask = new() { Paths = { field } },
    };

    private static string NewId() => $"{Guid.CreateVersion7()}";
}
