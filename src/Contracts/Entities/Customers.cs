using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>Customers: archived, never deleted.</summary>
internal static class Customers
{
    public static EntityKind<Customer> Kind { get; } = new(
        EntityType.Customer, "customer", "customers", entity => entity.Customer, (entity, row) => entity.Customer = row,
        new IdField<Customer>("id", row => row.Id, (row, value) => row.Id = value) { Writer = FieldWriter.ClientOnCreate },
        new TextField<Customer>("name", row => row.Name, (row, value) => row.Name = value)
        {
            Min = 1,
            Max = 255,
            IsKeptByDevices = true,
            Search = TextSearch.Words,
        },
        new TextField<Customer>("phone", row => row.HasPhone ? row.Phone : null, (row, value) => { if (value is null) row.ClearPhone(); else row.Phone = value; })
        {
            Max = 20,
            Search = TextSearch.Phone,
        },
        new TextField<Customer>("email", row => row.HasEmail ? row.Email : null, (row, value) => { if (value is null) row.ClearEmail(); else row.Email = value; })
        {
            Max = 255,
            IsEmail = true,
            Search = TextSearch.Words,
        },
        new TextField<Customer>("address", row => row.Address, (row, value) => row.Address = value)
        {
            Min = 1,
            Max = 10_000,
            Search = TextSearch.Words,
        },
        new TextField<Customer>("notes", row => row.HasNotes ? row.Notes : null, (row, value) => { if (value is null) row.ClearNotes(); else row.Notes = value; })
        {
            Max = 100_000,
        },
        new FlagField<Customer>("is_archived", row => row.IsArchived, (row, value) => row.IsArchived = value) { IsKeptByDevices = true },
        new TimeField<Customer>("created_at", row => row.CreatedAt, (row, value) => row.CreatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsCreation = true,
        },
        new TimeField<Customer>("updated_at", row => row.UpdatedAt, (row, value) => row.UpdatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsVersion = true,
            IsKeptByDevices = true,
        },
        new IdField<Customer>("updated_by_id", row => row.UpdatedById, (row, value) => row.UpdatedById = value)
        {
            Writer = FieldWriter.Service,
            NamesWriter = true,
        })
    {
        Route = new(Audience.Customer, "id"),
        InsteadOfDelete = "archived",
        Etag = (row => row.Etag, (row, value) => row.Etag = value),
    };
}
