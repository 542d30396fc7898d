using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>What a worker may push (DESIGN §8), and nothing more.</summary>
public sealed class WorkerPolicyTests
{
    [Fact]
    public async Task A_worker_works_on_their_jobs_and_on_no_others()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var customer = await database.AddCustomerAsync();
        var (mine, theirs) = (await database.AddJobAsync(customer), await database.AddJobAsync(customer));
        await database.AssignAsync(mine, database.Worker);
        var foreign = await database.AddMaterialAsync(theirs);
        var outbox = await CreateAsync(database, database.Worker);
        var material = NewMaterial($"{mine}");
        material.AddedById = $"{database.OtherWorker}";
        var strange = new Entity { Material = new Material { Id = $"{foreign}", Notes = "mine now" } };

        var results = await outbox.PushAsync(
            outbox.Create(material),
            outbox.SetStatus(mine, JobStatus.InProgress),
            outbox.Create(NewMaterial($"{theirs}")),
            outbox.SetStatus(theirs, JobStatus.InProgress),
            outbox.Update(strange, null, "notes"),
            outbox.Update(new Entity { Material = new Material { Id = material.Id, IsDeleted = true } }, null, "is_deleted"),
            outbox.Update(new Entity { Job = new Job { Id = $"{mine}", Title = "x" } }, null, "title"),
            outbox.Create(NewCustomer()),
            outbox.Create(new JobAssignment { Id = $"{Guid.NewGuid()}", JobId = $"{theirs}", UserId = $"{database.Worker}" }),
            outbox.Update(new Entity { User = new User { Id = $"{database.Worker}", Role = Role.Owner } }, null, "role"),
            outbox.Delete(new Entity { Job = new Job { Id = $"{mine}" } }));

        Assert.All(results.Take(2), result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
        Assert.All(results.Skip(2), result => Assert.Equal("NOT_PERMITTED", Reason(result)));
        Assert.All(results.Skip(2).Take(3), result => Assert.Null(result.Entity));
        Assert.Equal($"{database.Worker}", results[0].Entity.Material.AddedById);
    }

    [Fact]
    public async Task Only_an_owner_reopens_a_job()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        await database.AssignAsync(job, database.Worker);
        var worker = await CreateAsync(database, database.Worker);
        await worker.PushAsync(worker.SetStatus(job, JobStatus.InProgress), worker.SetStatus(job, JobStatus.Completed));

        Assert.Equal("NOT_PERMITTED", Reason((await worker.PushAsync(worker.SetStatus(job, JobStatus.InProgress)))[0]));
        var owner = await CreateAsync(database);
        Assert.Equal(OperationOutcome.Applied, (await owner.PushAsync(owner.SetStatus(job, JobStatus.InProgress)))[0].Outcome);
    }

    [Fact]
    public async Task The_role_that_counts_is_the_one_in_the_database()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = new Outbox(database, (await database.RegisterAsync(database.Worker)) with { Role = Role.Owner });

        Assert.Equal("NOT_PERMITTED", Reason((await outbox.PushAsync(outbox.Create(NewCustomer())))[0]));
    }

    [Fact]
    public async Task A_former_owner_may_do_what_their_assignments_allow()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var customer = await database.AddCustomerAsync();
        var (mine, theirs) = (await database.AddJobAsync(customer), await database.AddJobAsync(customer));
        await database.AssignAsync(mine, database.Worker);
        var (line, foreign) = (await database.AddMaterialAsync(mine), await database.AddMaterialAsync(theirs));
        var outbox = new Outbox(database, (await database.RegisterAsync(database.Worker)) with { Role = Role.Owner });

        var buy = Buy(line);
        var bought = await outbox.PushAsync(buy);
        var again = await outbox.PushAsync(buy);
        var made = await outbox.PushAsync(outbox.Create(NewMaterial($"{mine}")));
        var refused = await outbox.PushAsync(Buy(foreign), outbox.Create(NewMaterial($"{theirs}")));

        Assert.Equal((OperationOutcome.Applied, true), (bought[0].Outcome, bought[0].Entity.Material.Purchased));
        Assert.Equal((OperationOutcome.Duplicate, true), (again[0].Outcome, again[0].Entity?.Material.Purchased));
        Assert.Equal(OperationOutcome.Applied, made[0].Outcome);
        Assert.All(refused, result => Assert.Equal(("NOT_PERMITTED", null), (Reason(result), result.Entity)));

        Operation Buy(Guid material) => outbox.Update(
            new Entity { Material = new Material { Id = $"{material}", Purchased = true } }, null, "purchased");
    }
}
