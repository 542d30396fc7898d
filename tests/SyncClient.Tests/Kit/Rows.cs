using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Kit;

/// <summary>Rows and messages as the server makes them.</summary>
internal static class Rows
{
    public static string NewId() => Guid.CreateVersion7().ToString("D");

    public static Customer Customer(string name = "Ada Example", string? id = null) =>
        new() { Id = id ?? NewId(), Name = name, Address = "1 Main Street", UpdatedAt = At(1), CreatedAt = At(1) };

    public static Job Job(string customerId, string? id = null, JobStatus status = JobStatus.NotStarted) =>
        new() { Id = id ?? NewId(), CustomerId = customerId, Title = "Roof", Status = status, UpdatedAt = At(1) };

    public static Material Material(string jobId, string? id = null) =>
        new() { Id = id ?? NewId(), JobId = jobId, ItemName = "Nails", Quantity = "2", Unit = "box", UpdatedAt = At(1) };

    public static Timestamp At(long seconds) => new() { Seconds = 1_700_000_000 + seconds };

    public static Change Saved(Customer row) => new() { Entity = new Entity { Customer = row } };

    public static Change Saved(Job row) => new() { Entity = new Entity { Job = row } };

    public static Change Saved(Material row) => new() { Entity = new Entity { Material = row } };

    public static Change Saved(JobAssignment row) => new() { Entity = new Entity { JobAssignment = row } };

    public static Change Saved(User row) => new() { Entity = new Entity { User = row } };

    public static Change Deleted(EntityType type, string id) =>
        new() { Deleted = new Deleted { EntityType = type, EntityId = id } };

    public static Change Withdrawn(EntityType type, string id) =>
        new() { Withdrawn = new Withdrawn { EntityType = type, EntityId = id } };

    public static Delta Delta(string cursor, params Change[] changes) =>
        new() { Cursor = ByteString.CopyFromUtf8(cursor), Changes = { changes } };

    public static Delta Checkpoint(string cursor, long lastClientSeq, params Change[] changes)
    {
        var delta = Delta(cursor, changes);
        (delta.Checkpoint, delta.LastClientSeq) = (true, lastClientSeq);
        return delta;
    }

    public static OperationResult Result(Operation operation, OperationOutcome outcome, string? reason = null) => new()
    {
        OperationId = operation.Id,
        ClientSeq = operation.ClientSeq,
        Outcome = outcome,
        Status = reason is null ? null : Status(reason),
    };

    /// <summary>The status as an exception with another code.</summary>
    public static Grpc.Core.RpcException WithCode(this Google.Rpc.Status status, Grpc.Core.StatusCode code)
    {
        status.Code = (int)code;
        return Grpc.Core.RpcStatusExtensions.ToRpcException(status);
    }

    public static Google.Rpc.Status Status(string reason, string message = "Refused.") => new()
    {
        Code = 9,
        Message = message,
        Details = { Any.Pack(new Google.Rpc.ErrorInfo { Reason = reason, Domain = "khscrm.com" }) },
    };
}
