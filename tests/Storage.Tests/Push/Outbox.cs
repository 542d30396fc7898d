using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Makes a device's operations, numbered densely, and pushes them.</summary>
internal sealed class Outbox(SyncedDatabase database, Actor actor, DeferralOptions? deferral = null)
{
    private long _lastSeq;

    public Actor Actor => actor;

    public static async Task<Outbox> CreateAsync(SyncedDatabase database, Guid? user = null, DeferralOptions? deferral = null) =>
        new(database, await database.RegisterAsync(user), deferral);

    public Operation Create(Entity row) => Next(OperationKind.Create, row);

    public Operation Create(Customer row) => Create(new Entity { Customer = row });

    public Operation Create(Job row) => Create(new Entity { Job = row });

    public Operation Create(Material row) => Create(new Entity { Material = row });

    public Operation Create(JobAssignment row) => Create(new Entity { JobAssignment = row });

    public Operation Update(Entity row, Entity? seen, params string[] fields)
    {
        var operation = Next(OperationKind.Update, row);
        operation.Seen = seen;
        operation.UpdateMask = new FieldMask { Paths = { fields } };
        return operation;
    }

    public Operation SetStatus(Guid job, JobStatus status) =>
        Update(new Entity { Job = new Job { Id = $"{job}", Status = status } }, null, "status");

    /// <summary>A delete of a row as it was seen; of one that was not, it insists.</summary>
    public Operation Delete(Entity row, Entity? seen = null)
    {
        var operation = Next(OperationKind.Delete, row);
        operation.Seen = seen ?? row.Clone();
        if (seen is null)
            operation.ConflictPolicy = ConflictPolicy.LastWriteWins;
        return operation;
    }

    public async Task<IReadOnlyList<OperationResult>> PushAsync(params Operation[] operations)
    {
        var outcome = await TryPushAsync(operations);
        Xunit.Assert.Null(outcome.Refusal);
        return outcome.Results;
    }

    public Task<PushOutcome> TryPushAsync(params Operation[] operations) =>
        database.Committer(deferral).ApplyAsync(actor, operations, SyncedDatabase.Cancellation);

    public static Customer NewCustomer(string name = "New") =>
        new() { Id = $"{Guid.CreateVersion7()}", Name = name, Address = "2 Side St" };

    public static Job NewJob(string customerId) =>
        new() { Id = $"{Guid.CreateVersion7()}", Title = "Roof", CustomerId = customerId };

    public static Material NewMaterial(string jobId) =>
        new() { Id = $"{Guid.CreateVersion7()}", JobId = jobId, ItemName = "Shingles", Quantity = "2.50", Unit = "box" };

    private Operation Next(OperationKind kind, Entity row) =>
        new() { Id = $"{Guid.CreateVersion7()}", ClientSeq = ++_lastSeq, Kind = kind, Entity = row };

    public static string Reason(OperationResult result) =>
        result.Status.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason;

    public static IEnumerable<string> Fields(OperationResult result) =>
        result.Status.Details[1].Unpack<Google.Rpc.BadRequest>().FieldViolations.Select(violation => violation.Field);

}
