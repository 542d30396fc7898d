using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class UserConfiguration : IEntityTypeConfiguration<UserRow>
{
    public void Configure(EntityTypeBuilder<UserRow> builder)
    {
        builder.ToTable("users", table => table.HasCheckConstraint("users_role_check", "role IN ('OWNER', 'WORKER')"));
        builder.Property(user => user.Id).IsGenerated();
        builder.Property(user => user.Email).HasMaxLength(255);
        builder.Property(user => user.PasswordHash).HasMaxLength(255).HasDefaultValue("!");
        builder.Property(user => user.Name).HasMaxLength(100);
        builder.Property(user => user.Role).HasMaxLength(20);
        builder.Property(user => user.IsActive).HasDefaultValue(true).HasSentinel(true);
        builder.Property(user => user.IsService).HasDefaultValue(false);
        builder.Property(user => user.CreatedAt).IsNow();
        builder.Property(user => user.UpdatedAt).IsNow();
        builder.Property(user => user.ChangeXid).IsChangeXid();
        builder.HasOne<UserRow>().WithMany().HasForeignKey(user => user.UpdatedById).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(user => user.Role, "idx_users_role").HasFilter("is_active = true");
        builder.HasIndex(user => new { user.UpdatedAt, user.Id }, "idx_users_updated");
        builder.HasIndex(user => user.ChangeXid, "idx_users_change");
    }
}
