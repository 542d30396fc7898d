using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Output;

/// <summary>Names rows of any kind by what people know them by.</summary>
internal sealed class RowNames(KhsCrmClient client)
{
    /// <summary>The kind in words, such as <c>status history</c>.</summary>
    public static string Kind(EntityType type) => EntityKinds.Of(type)?.Name.Replace('_', ' ') ?? "row";

    /// <summary>The kind and the name, such as <c>customer Ada Byron</c>; the id when this device does not have the row.</summary>
    public async Task<string> OfAsync(EntityType type, string id, CancellationToken cancellationToken) => type switch
    {
        EntityType.JobAssignment => $"assignment {id}",
        _ => $"{Kind(type)} {await NameAsync(type, id, cancellationToken) ?? id}",
    };

    /// <summary>The name of a row given whole, such as <c>assignment of Mike Davis to New roof</c>.</summary>
    public async Task<string> OfAsync(Entity row, CancellationToken cancellationToken)
    {
        var kind = EntityKinds.Of(row)!;
        if (row.JobAssignment is { UserId.Length: > 0 } assignment)
        {
            var user = await NameAsync(EntityType.User, assignment.UserId, cancellationToken) ?? assignment.UserId;
            var job = await NameAsync(EntityType.Job, assignment.JobId, cancellationToken) ?? assignment.JobId;
            return $"assignment of {user} to {job}";
        }

        var name = row.Customer?.Name ?? row.Job?.Title ?? row.Material?.ItemName ?? row.User?.Name ?? "";
        return name.Length > 0 ? $"{Kind(kind.Type)} {name}" : await OfAsync(kind.Type, kind.GetId(row), cancellationToken);
    }

    /// <summary>What a row is called; null when this device does not have it, or the kind has no names.</summary>
    public async Task<string?> NameAsync(EntityType type, string id, CancellationToken cancellationToken) => type switch
    {
        EntityType.Customer => (await client.Customers.FindAsync(id, cancellationToken))?.Name,
        EntityType.Job => (await client.Jobs.FindAsync(id, cancellationToken))?.Title,
        EntityType.Material => (await client.Materials.FindAsync(id, cancellationToken))?.ItemName,
        EntityType.User => (await client.Users.FindAsync(id, cancellationToken))?.Name,
        _ => null,
    };
}
