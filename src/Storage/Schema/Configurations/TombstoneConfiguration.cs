using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class TombstoneConfiguration : IEntityTypeConfiguration<TombstoneRow>
{
    public void Configure(EntityTypeBuilder<TombstoneRow> builder)
    {
        builder.ToTable("tombstones");
        builder.Property(tombstone => tombstone.Id).IsGenerated();
        builder.Property(tombstone => tombstone.EntityType).HasMaxLength(50);
        builder.Property(tombstone => tombstone.DeletedAt).IsNow();
        builder.Property(tombstone => tombstone.ChangeXid).IsChangeXid();
        builder.HasIndex(tombstone => tombstone.EntityId, "idx_tombstones_entity");
        builder.HasIndex(tombstone => new { tombstone.DeletedAt, tombstone.Id }, "idx_tombstones_deleted");
        builder.HasIndex(tombstone => tombstone.ChangeXid, "idx_tombstones_change");
    }
}
