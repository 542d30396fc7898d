using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>A batch has the effect of its operations one by one, though it is written in sets.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task A_whole_tree_made_changed_and_deleted_in_one_batch()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var customer = NewCustomer();
        var job = NewJob(customer.Id);
        var material = NewMaterial(job.Id);
        var bought = material.Clone();
        bought.Purchased = true;
        var assignment = new JobAssignment { Id = $"{Guid.CreateVersion7()}", JobId = job.Id, UserId = $"{database.Worker}" };
        var again = assignment.Clone();
        again.Id = $"{Guid.CreateVersion7()}";

        var results = await outbox.PushAsync(
            outbox.Create(customer),
            outbox.Create(job),
            outbox.Create(material),
            outbox.Create(assignment),
            outbox.Update(new Entity { Material = bought }, null, "purchased"),
            outbox.Delete(new Entity { JobAssignment = assignment }),
            outbox.Create(again),
            outbox.SetStatus(Guid.Parse(job.Id), JobStatus.InProgress),
            outbox.SetStatus(Guid.Parse(job.Id), JobStatus.Completed),
            outbox.SetStatus(Guid.Parse(job.Id), JobStatus.OnHold));

        Assert.All(results.SkipLast(1), result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
        Assert.Equal("STATUS_TRANSITION_INVALID", Reason(results[^1]));
        Assert.Equal(
            "NOT_STARTED,IN_PROGRESS,COMPLETED",
            await database.ScalarAsync<string>("SELECT string_agg(to_status, ',' ORDER BY changed_at) FROM job_status_history"));
        Assert.Equal(
            $"{SyncedDatabase.Owner}", (await database.ScalarAsync<Guid>("SELECT purchased_by_id FROM materials")).ToString());
        Assert.Equal("2.5", results[2].Entity.Material.Quantity);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM job_assignments"));

        var gone = await outbox.PushAsync(
            outbox.Delete(new Entity { Job = new Job { Id = job.Id } }), outbox.Create(NewMaterial(job.Id)));
        Assert.Equal("REFERENCE_NOT_FOUND", Reason(gone[1]));
        Assert.Equal(
            $"{SyncedDatabase.Owner}",
            (await database.ScalarAsync<Guid>("SELECT user_id FROM activity_logs WHERE action = 'delete' AND entity_type = 'job'")).ToString());
    }

    [Fact]
    public async Task Devices_that_write_the_same_rows_in_opposite_order_all_get_through()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        Guid[] customers = [.. await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => database.AddCustomerAsync()))];
        var pushes = Enumerable.Range(0, 6).Select(async i =>
        {
            var outbox = await CreateAsync(database);
            for (var round = 0; round < 5; round++)
            {
                var order = i % 2 == 0 ? customers : customers.Reverse();
                var results = await outbox.PushAsync(
                    [.. order.Select(id => outbox.Update(
                        new Entity { Customer = new Customer { Id = $"{id}", Notes = $"{i} {round}" } }, null, "notes"))]);
                Assert.All(results, result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
            }
        });

        await Task.WhenAll(pushes);

        Assert.Equal(300, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status = 'completed'"));
    }

    [Fact]
    public async Task The_last_active_owner_stays()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var owner = new Entity { User = new User { Id = $"{SyncedDatabase.Owner}", Role = Role.Worker } };

        Assert.Equal("LAST_OWNER", Reason((await outbox.PushAsync(outbox.Update(owner, null, "role")))[0]));
        Assert.Equal("LAST_OWNER", Reason((await outbox.PushAsync(outbox.Update(owner, null, "is_active")))[0]));
    }

    [Fact]
    public async Task An_email_address_that_a_batch_sets_free_can_be_taken_in_the_same_batch()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var moved = new Entity { User = new User { Id = $"{database.Worker}", Email = "elsewhere@example.com" } };
        var taker = new Entity { User = new User { Id = $"{database.OtherWorker}", Email = "w1@example.com" } };

        var results = await outbox.PushAsync(outbox.Update(moved, null, "email"), outbox.Update(taker, null, "email"));

        Assert.All(results, result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
    }
}
