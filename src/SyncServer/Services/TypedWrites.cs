using KhsCrm.Contracts.Kinds;
using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Sync;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

/// <summary>A typed RPC is a push of one operation (DESIGN §5): what would be its result is the answer or the error.</summary>
internal sealed class TypedWrites(PushHandler push)
{
    /// <summary>Makes a row.</summary>
    /// <param name="user">Who asks.</param>
    /// <param name="row">The row.</param>
    /// <param name="requestId">The <c>request_id</c>; empty for none.</param>
    /// <param name="passwordHash">Of a new user.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The row as stored; null for a request that was answered before, whose row is to be read.</returns>
    public Task<Entity?> CreateAsync(
        CurrentUser user, Entity row, string requestId, string? passwordHash, CancellationToken cancellationToken)
    {
        if (requestId.Length > 0 && !HelloRules.IsUuid(requestId))
            throw RpcFault.Field("request_id", "must be a lower-case UUID, or empty");
        var operation = new Operation
        {
            Id = requestId.Length > 0 ? requestId : NewId(),
            Kind = OperationKind.Create,
            Entity = row,
        };
        return ApplyAsync(user, new SingleWrite(operation, PasswordHash: passwordHash), cancellationToken);
    }

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
        return await ApplyAsync(user, write, cancellationToken)
            ?? throw new InvalidOperationException($"An update of a {EntityKinds.Of(row)!.Name} showed no row.");
    }

    private async Task<Entity?> ApplyAsync(CurrentUser user, SingleWrite write, CancellationToken cancellationToken)
    {
        var result = await push.ApplyAsync(user, write, cancellationToken);
        return result.Status is { } status ? throw new RpcFault(status) : result.Entity;
    }

    private static string NewId() => Guid.CreateVersion7().ToString();
}
