using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class TombstoneMarkConfiguration : IEntityTypeConfiguration<TombstoneMarkRow>
{
    public void Configure(EntityTypeBuilder<TombstoneMarkRow> builder)
    {
        builder.ToTable("tombstone_marks");
        builder.HasKey(mark => mark.TakenAt);
        builder.Property(mark => mark.TakenAt).IsNow();
        builder.Property(mark => mark.OldestXid).HasColumnType("xid8")
            .HasDefaultValueSql("pg_snapshot_xmin(pg_current_snapshot())");
        builder.Property(mark => mark.SystemIdentifier).HasMaxLength(64).HasDefaultValueSql("database_identity()");
    }
}
