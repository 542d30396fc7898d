using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>Materials of jobs: marked is_deleted by an owner, never deleted.</summary>
internal static class Materials
{
    public static EntityKind<Material> Kind { get; } = new(
        EntityType.Material, "material", "materials", entity => entity.Material, (entity, row) => entity.Material = row,
        new IdField<Material>("id", row => row.Id, (row, value) => row.Id = value) { Writer = FieldWriter.ClientOnCreate },
        new IdField<Material>("job_id", row => row.JobId, (row, value) => row.JobId = value)
        {
            Writer = FieldWriter.ClientOnCreate,
            References = EntityType.Job,
            IsKeptByDevices = true,
        },
        new TextField<Material>("item_name", row => row.ItemName, (row, value) => row.ItemName = value)
        {
            Min = 1,
            Max = 255,
            IsKeptByDevices = true,
            Search = TextSearch.Words,
        },
        new QuantityField<Material>("quantity", row => row.Quantity, (row, value) => row.Quantity = value) { Default = "1" },
        new TextField<Material>("unit", row => row.Unit, (row, value) => row.Unit = value) { Min = 1, Max = 20, Default = "each" },
        new FlagField<Material>("purchased", row => row.Purchased, (row, value) => row.Purchased = value) { IsKeptByDevices = true },
        new TextField<Material>("notes", row => row.HasNotes ? row.Notes : null, (row, value) => { if (value is null) row.ClearNotes(); else row.Notes = value; })
        {
            Max = 100_000,
        },
        new IdField<Material>("added_by_id", row => row.AddedById, (row, value) => row.AddedById = value)
        {
            Writer = FieldWriter.ServiceOnCreate,
            NamesWriter = true,
        },
        new IdField<Material>(
            "purchased_by_id",
            row => row.HasPurchasedById ? row.PurchasedById : null,
            (row, value) => { if (value is null) row.ClearPurchasedById(); else row.PurchasedById = value; })
        {
            Writer = FieldWriter.Service,
        },
        new TimeField<Material>("purchased_at", row => row.PurchasedAt, (row, value) => row.PurchasedAt = value) { Writer = FieldWriter.Service },
        new FlagField<Material>("is_deleted", row => row.IsDeleted, (row, value) => row.IsDeleted = value) { IsKeptByDevices = true },
        new TimeField<Material>("created_at", row => row.CreatedAt, (row, value) => row.CreatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsCreation = true,
            IsKeptByDevices = true,
        },
        new TimeField<Material>("updated_at", row => row.UpdatedAt, (row, value) => row.UpdatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsVersion = true,
        },
        new IdField<Material>("updated_by_id", row => row.UpdatedById, (row, value) => row.UpdatedById = value)
        {
            Writer = FieldWriter.Service,
            NamesWriter = true,
        })
    {
        Route = new(Audience.Job, "job_id"),
        Workers = new(MayCreate: true, "job_id", "item_name", "quantity", "unit", "purchased", "notes"),
        InsteadOfDelete = "marked is_deleted",
        Etag = (row => row.Etag, (row, value) => row.Etag = value),
        OnWrite = SetPurchase,
    };

    // Who bought it, and when, is of the moment in which it was marked.
    private static void SetPurchase(Material row, Material? before, string userId, Timestamp now)
    {
        if (!row.Purchased)
        {
            row.ClearPurchasedById();
            row.PurchasedAt = null;
        }
        else if (before is not { Purchased: true })
        {
            row.PurchasedById = userId;
            row.PurchasedAt = now;
        }
    }
}
