using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class DeviceConfiguration : IEntityTypeConfiguration<DeviceRow>
{
    public void Configure(EntityTypeBuilder<DeviceRow> builder)
    {
        builder.ToTable("devices");
        builder.Property(device => device.Id).ValueGeneratedNever();
        builder.Property(device => device.AppVersion).HasMaxLength(100);
        builder.Property(device => device.LastClientSeq).HasDefaultValue(0L);
        builder.Property(device => device.IsWiped).HasDefaultValue(false);
        builder.Property(device => device.CreatedAt).IsNow();
        builder.Property(device => device.LastSeenAt).IsNow();
        builder.HasOne<UserRow>().WithMany().HasForeignKey(device => device.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(device => device.RevokedById).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(device => device.UserId, "idx_devices_user");
        builder.HasIndex(device => new { device.SessionId, device.CreatedAt }, "idx_devices_session");
    }
}
