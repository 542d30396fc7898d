using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>Users: deactivated, never deleted. Everyone knows everyone's name.</summary>
internal static class Users
{
    public static EntityKind<User> Kind { get; } = new(
        EntityType.User, "user", "users", entity => entity.User, (entity, row) => entity.User = row,
        new IdField<User>("id", row => row.Id, (row, value) => row.Id = value) { Writer = FieldWriter.ClientOnCreate },
        new TextField<User>("email", row => row.Email, (row, value) => row.Email = value) { Min = 3, Max = 255, IsEmail = true },
        new TextField<User>("name", row => row.Name, (row, value) => row.Name = value) { Min = 1, Max = 100, IsKeptByDevices = true },
        new EnumField<User>("role", row => (int)row.Role, (row, value) => row.Role = (Role)value) { IsKeptByDevices = true },
        new FlagField<User>("is_active", row => row.IsActive, (row, value) => row.IsActive = value) { IsKeptByDevices = true },
        new FlagField<User>("is_service", row => row.IsService, (row, value) => row.IsService = value) { Writer = FieldWriter.Database },
        new TimeField<User>("last_login_at", row => row.LastLoginAt, (row, value) => row.LastLoginAt = value) { Writer = FieldWriter.Database },
        new TimeField<User>("created_at", row => row.CreatedAt, (row, value) => row.CreatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsCreation = true,
        },
        new TimeField<User>("updated_at", row => row.UpdatedAt, (row, value) => row.UpdatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsVersion = true,
        },
        new IdField<User>("updated_by_id", row => row.UpdatedById, (row, value) => row.UpdatedById = value)
        {
            Writer = FieldWriter.Service,
            NamesWriter = true,
        })
    {
        Route = new(Audience.Everyone),
        InsteadOfDelete = "deactivated",
        Etag = (row => row.Etag, (row, value) => row.Etag = value),
    };
}
