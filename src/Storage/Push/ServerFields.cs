using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>The fields that the server sets, whatever a device sent.</summary>
internal static class ServerFields
{
    public static void SetOnCreate(Entity row, string actorId, DateTime now)
    {
        switch (row.RowCase)
        {
            case Entity.RowOneofCase.User:
                row.User.UpdatedById = actorId;
                break;
            case Entity.RowOneofCase.Customer:
                row.Customer.UpdatedById = actorId;
                break;
            case Entity.RowOneofCase.Job:
                row.Job.CreatedById = row.Job.UpdatedById = actorId;
                break;
            case Entity.RowOneofCase.JobAssignment:
                row.JobAssignment.UpdatedById = actorId;
                break;
            case Entity.RowOneofCase.Material:
                row.Material.AddedById = row.Material.UpdatedById = actorId;
                SetPurchase(row.Material, wasPurchased: false, actorId, now);
                break;
        }
    }

    public static void SetOnUpdate(Entity row, Entity before, string actorId, DateTime now)
    {
        switch (row.RowCase)
        {
            case Entity.RowOneofCase.User:
                row.User.UpdatedById = actorId;
                break;
            case Entity.RowOneofCase.Customer:
                row.Customer.UpdatedById = actorId;
                break;
            case Entity.RowOneofCase.Job:
                row.Job.UpdatedById = actorId;
                break;
            case Entity.RowOneofCase.Material:
                row.Material.UpdatedById = actorId;
                SetPurchase(row.Material, before.Material.Purchased, actorId, now);
                break;
        }
    }

    private static void SetPurchase(Material material, bool wasPurchased, string actorId, DateTime now)
    {
        if (!material.Purchased)
        {
            material.ClearPurchasedById();
            material.PurchasedAt = null;
        }
        else if (!wasPurchased)
        {
            material.PurchasedById = actorId;
            material.PurchasedAt = Timestamp.FromDateTime(now);
        }
    }
}
