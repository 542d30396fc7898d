using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Rules;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Push;
using KhsCrm.Storage.Queries;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Rows;
using KhsCrm.SyncServer.Sync;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

/// <summary>A typed RPC is a push of one operation (DESIGN §5): what would be its result is the answer or the error.</summary>
internal sealed class TypedWrites(PushHandler push, RowFinder rows)
{
    /// <summary>The id of a new row: the caller's, or one made here, the same one for the same request.</summary>
    public static string NewRowId(string? asked, string requestId) =>
        asked is { Length: > 0 } ? asked : requestId.Length > 0 ? requestId : NewId();

    /// <summary>Makes a row.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="row">The row.</param>
    /// <param name="requestId">The <c>request_id</c>; empty for none.</param>
    /// <param name="passwordHash">Of a new user; null for any other row.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The row as stored, and whether the request was answered before.</returns>
    public async Task<(Entity Row, bool IsReplay)> CreateAsync(
        CurrentUser user, Entity row, string requestId, string? passwordHash, CancellationToken cancellationToken)
    {
        if (requestId.Length > 0 && !Uuid.Is(requestId))
            throw RpcFault.Field("request_id", "must be a lower-case UUID, or empty");
        var operation = new Operation
        {
            Id = requestId.Length > 0 ? requestId : NewId(),
            Kind = OperationKind.Create,
            Entity = row,
        };
        var result = await ApplyAsync(user, new SingleWrite(operation, PasswordHash: passwordHash), cancellationToken);
        var made = result.Entity
            ?? await rows.FindAsync(user.Id, user.Role, EntityKinds.Of(row)!.Type, IdOf(row)!.Value, cancellationToken)
            ?? throw NotFound(row);
        return (made, result.Outcome == OperationOutcome.Duplicate);
    }

    /// <summary>Makes a row that has no password.</summary>
    /// <returns>The row as stored.</returns>
    public async Task<Entity> CreateAsync(CurrentUser user, Entity row, string requestId, CancellationToken cancellationToken) =>
        (await CreateAsync(user, row, requestId, passwordHash: null, cancellationToken)).Row;

    /// <summary>Sets the masked fields of a row, if it is still of the version that the etag names.</summary>
    public async Task<Entity> UpdateAsync(
        CurrentUser user, Entity row, IEnumerable<string> mask, string etagField, string etag, CancellationToken cancellationToken)
    {
        var operation = new Operation
        {
            Id = NewId(),
            Kind = OperationKind.Update,
            Entity = row,
            UpdateMask = new() { Paths = { mask } },
        };
        var write = new SingleWrite(operation, Etags.Parse(etagField, etag));
        // Somebody else's write of the same commit may have taken the row away, or the caller's right to see it.
        return (await ApplyAsync(user, write, cancellationToken)).Entity ?? throw NotFound(row);
    }

    /// <summary>Deletes a row for good, if it is still of the version that the etag names.</summary>
    public Task DeleteAsync(CurrentUser user, Entity row, string etag, CancellationToken cancellationToken)
    {
        var operation = new Operation { Id = NewId(), Kind = OperationKind.Delete, Entity = row };
        return ApplyAsync(user, new SingleWrite(operation, Etags.Parse("etag", etag)), cancellationToken);
    }

    private async Task<OperationResult> ApplyAsync(CurrentUser user, SingleWrite write, CancellationToken cancellationToken)
    {
        if (user.Role != Role.Owner && WritePolicy.AllowsKind(user.Role, write.Operation))
            await RequireInScopeAsync(user, write.Operation, cancellationToken);
        var result = await push.ApplyAsync(user, write, cancellationToken);
        return result.Status is { } status ? throw new RpcFault(status) : result;
    }

    // To a typed RPC what is outside of the caller's scope does not exist, in writes as in reads. The applier, which decides,
    // would say that it is not permitted: a device may know that about a row it has just lost.
    private async Task RequireInScopeAsync(CurrentUser user, Operation operation, CancellationToken cancellationToken)
    {
        var row = operation.Entity;
        var kind = EntityKinds.Of(row)!;
        var isCreate = operation.Kind == OperationKind.Create;
        var type = isCreate ? EntityType.Job : kind.Type;
        // What is no id the applier says better.
        if ((isCreate ? Uuid.Find(kind.GetRouteId(row)) : IdOf(row)) is not { } id
            || await rows.FindAsync(user.Id, user.Role, type, id, cancellationToken) is not null)
        {
            return;
        }

        throw isCreate
            ? RpcFault.Field(kind.Route.Field, "names a job that does not exist", ErrorReason.ReferenceNotFound)
            : NotFound(row);
    }

    private static RpcFault NotFound(Entity row) =>
        new(ErrorReason.RowNotFound, $"the {EntityKinds.Of(row)!.Name} does not exist");

    private static Guid? IdOf(Entity row) => Uuid.Find(EntityKinds.Of(row)!.GetId(row));

    private static string NewId() => Guid.CreateVersion7().ToString();
}
