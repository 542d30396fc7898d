using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Rules that had holes.</summary>
public sealed class RuleTests
{
    [Fact]
    public async Task REJECT_and_any_delete_need_the_values_that_the_device_saw()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        var edit = outbox.Update(new Entity { Job = new Job { Id = $"{job}", Title = "mine" } }, null, "title");
        edit.ConflictPolicy = ConflictPolicy.Reject;
        Operation[] deletes = [.. Enumerable.Range(0, 3).Select(_ => outbox.Delete(new Entity { Job = new Job { Id = $"{job}" } }))];
        foreach (var (delete, policy) in deletes.Zip(Enum.GetValues<ConflictPolicy>()))
            (delete.Seen, delete.ConflictPolicy) = (null, policy);

        var results = await outbox.PushAsync([edit, .. deletes]);

        Assert.All(results, result => Assert.Equal("FIELD_INVALID", Reason(result)));
        Assert.All(results, result => Assert.Equal(["operation.seen"], Fields(result)));
        Assert.Equal("Job", await database.ScalarAsync<string>("SELECT title FROM jobs"));
    }

    [Fact]
    public async Task A_typed_call_deletes_by_etag_and_needs_no_seen()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        var delete = new Operation
        {
            Id = $"{Guid.CreateVersion7()}",
            Kind = OperationKind.Delete,
            Entity = new Entity { Job = new Job { Id = $"{job}" } },
        };

        var outcome = await database.Committer().ApplyAsync(SyncedDatabase.Owner, Role.Owner, new(delete), SyncedDatabase.Cancellation);

        Assert.Equal(OperationOutcome.Applied, Assert.Single(outcome.Results).Outcome);
    }

    [Fact]
    public async Task A_user_whom_nobody_can_sign_in_as_is_not_made_by_a_push()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var user = new User { Id = $"{Guid.CreateVersion7()}", Email = "o2@example.com", Name = "Two", Role = Role.Owner, IsActive = true };

        var result = Assert.Single(await outbox.PushAsync(outbox.Create(new Entity { User = user })));

        Assert.Equal(["operation.kind"], Fields(result));
        // Neither at a person's second try.
        var late = await database.Deferred(new()).RetryAsync(Guid.Parse(result.OperationId), SyncedDatabase.Cancellation);
        Assert.Equal(OperationOutcome.Rejected, late!.Result.Outcome);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM users WHERE email = 'o2@example.com'"));
    }

    [Fact]
    public async Task An_owner_who_cannot_sign_in_does_not_count_as_the_last_one()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        await database.RunAsync("INSERT INTO users (email, name, role) VALUES ('o2@example.com', 'Two', 'OWNER')");
        var me = new Entity { User = new User { Id = $"{SyncedDatabase.Owner}", Role = Role.Worker } };

        Assert.Equal("LAST_OWNER", Reason(Assert.Single(await outbox.PushAsync(outbox.Update(me, null, "is_active")))));
        Assert.Equal("LAST_OWNER", Reason(Assert.Single(await outbox.PushAsync(outbox.Update(me, null, "role")))));

        await database.RunAsync(
            $"UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = '{SyncedDatabase.Owner}') WHERE email = 'o2@example.com'");
        Assert.Equal(OperationOutcome.Applied, Assert.Single(await outbox.PushAsync(outbox.Update(me, null, "is_active"))).Outcome);
    }

    [Fact]
    public async Task A_worker_makes_no_material_that_is_deleted_already()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        await database.AssignAsync(job, database.Worker);
        var outbox = await CreateAsync(database, database.Worker);
        var material = NewMaterial($"{job}");
        material.IsDeleted = true;

        Assert.Equal("NOT_PERMITTED", Reason(Assert.Single(await outbox.PushAsync(outbox.Create(material)))));
    }
}
