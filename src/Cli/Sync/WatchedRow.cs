using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Sync;

/// <summary>Says who did what to a row, such as <c>Mike Davis changed job Roof, in-progress</c>.</summary>
internal sealed class WatchedRow(KhsCrmClient client)
{
    private readonly RowNames _names = new(client);

    public async Task<string> DescribeAsync(RowChange change, CancellationToken cancellationToken)
    {
        var name = await _names.OfAsync(change.EntityType, change.Id, cancellationToken);
        return change.Kind switch
        {
            // Who deleted a row is in the audit trail only.
            RowChangeKind.Deleted => $"{name} was deleted",
            RowChangeKind.Withdrawn => $"{name} is no longer yours to see",
            _ => await SavedAsync(change, name, cancellationToken),
        };
    }

    private async Task<string> SavedAsync(RowChange change, string name, CancellationToken cancellationToken)
    {
        switch (change.EntityType)
        {
            case EntityType.Customer when await client.Customers.FindAsync(change.Id, cancellationToken) is { } row:
                return $"{await WhoAsync(row.UpdatedById)} {Did(row.CreatedAt, row.UpdatedAt)} {name}";
            case EntityType.Job when await client.Jobs.FindAsync(change.Id, cancellationToken) is { } row:
                return $"{await WhoAsync(row.UpdatedById)} {Did(row.CreatedAt, row.UpdatedAt)} {name}, {Words.Status(row.Status)}";
            case EntityType.Material when await client.Materials.FindAsync(change.Id, cancellationToken) is { } row:
                return $"{await WhoAsync(row.UpdatedById)} {Did(row.CreatedAt, row.UpdatedAt)} {name}, {row.Quantity} {row.Unit}{(row.Purchased ? ", bought" : "")}";
            default:
                return $"{name} was saved";
        }

        // What psql or another program writes has nobody's name.
        async Task<string> WhoAsync(string userId) =>
            userId.Length == 0 ? "somebody" : await _names.NameAsync(EntityType.User, userId, cancellationToken) ?? "somebody";
    }

    private static string Did(Google.Protobuf.WellKnownTypes.Timestamp? created, Google.Protobuf.WellKnownTypes.Timestamp? updated) =>
        Equals(created, updated) ? "added" : "changed";
}
