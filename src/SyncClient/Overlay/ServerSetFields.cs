using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Overlay;

/// <summary>
/// Guesses what the server will put into the fields that only it sets, so that lists look right offline. The server's
/// row replaces the guess at the checkpoint.
/// </summary>
internal static class ServerSetFields
{
    public static void OnCreate(Entity row, string userId, Timestamp now)
    {
        switch (row.RowCase)
        {
            case Entity.RowOneofCase.Customer:
                (row.Customer.CreatedAt, row.Customer.UpdatedAt, row.Customer.UpdatedById) = (now, now, userId);
                break;
            case Entity.RowOneofCase.Job:
                (row.Job.CreatedAt, row.Job.UpdatedAt, row.Job.UpdatedById) = (now, now, userId);
                row.Job.CreatedById = userId;
                if (row.Job.Status == JobStatus.Unspecified)
                    row.Job.Status = JobStatus.NotStarted;
                break;
            case Entity.RowOneofCase.JobAssignment:
                (row.JobAssignment.AssignedAt, row.JobAssignment.UpdatedById) = (now, userId);
                break;
            case Entity.RowOneofCase.Material:
                (row.Material.CreatedAt, row.Material.UpdatedAt, row.Material.UpdatedById) = (now, now, userId);
                row.Material.AddedById = userId;
                SetPurchase(row.Material, wasPurchased: false, userId, now);
                break;
            case Entity.RowOneofCase.User:
                (row.User.CreatedAt, row.User.UpdatedAt, row.User.UpdatedById) = (now, now, userId);
                break;
        }
    }

    public static void OnUpdate(Entity before, Entity row, string userId, Timestamp now)
    {
        switch (row.RowCase)
        {
            case Entity.RowOneofCase.Customer:
                (row.Customer.UpdatedAt, row.Customer.UpdatedById) = (Later(row.Customer.UpdatedAt, now), userId);
                break;
            case Entity.RowOneofCase.Job:
                (row.Job.UpdatedAt, row.Job.UpdatedById) = (Later(row.Job.UpdatedAt, now), userId);
                break;
            case Entity.RowOneofCase.Material:
                (row.Material.UpdatedAt, row.Material.UpdatedById) = (Later(row.Material.UpdatedAt, now), userId);
                SetPurchase(row.Material, before.Material.Purchased, userId, now);
                break;
            case Entity.RowOneofCase.User:
                (row.User.UpdatedAt, row.User.UpdatedById) = (Later(row.User.UpdatedAt, now), userId);
                break;
        }
    }

    private static void SetPurchase(Material row, bool wasPurchased, string userId, Timestamp now)
    {
        if (row.Purchased == wasPurchased)
            return;
        if (row.Purchased)
        {
            (row.PurchasedById, row.PurchasedAt) = (userId, now);
        }
        else
        {
            row.ClearPurchasedById();
            row.PurchasedAt = null;
        }
    }

    // A device whose clock is slow does not make a row older.
    private static Timestamp Later(Timestamp? one, Timestamp other) => one is null || one.CompareTo(other) < 0 ? other : one;
}
