using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class SyncQueueConfiguration : IEntityTypeConfiguration<SyncQueueRow>
{
    public void Configure(EntityTypeBuilder<SyncQueueRow> builder)
    {
        builder.ToTable("sync_queue", table =>
        {
            table.HasCheckConstraint("sync_queue_operation_check", "operation IN ('create', 'update', 'delete')");
            table.HasCheckConstraint(
                "sync_queue_status_check", "status IN ('pending', 'processing', 'completed', 'failed')");
        });
        // A primary key of a partitioned table must contain the partition key (DESIGN §9.2).
        builder.HasKey(item => new { item.Id, item.Status });
        builder.Property(item => item.Id).IsGenerated();
        builder.Property(item => item.Operation).HasMaxLength(20);
        builder.Property(item => item.EntityType).HasMaxLength(50);
        builder.Property(item => item.Payload).HasColumnType("jsonb");
        builder.Property(item => item.RetryCount).HasDefaultValue(0);
        builder.Property(item => item.Status).HasMaxLength(20).HasDefaultValue("pending");
        builder.Property(item => item.CreatedAt).IsNow();
        builder.Property(item => item.Result).HasColumnType("jsonb");
        builder.HasOne<UserRow>().WithMany().HasForeignKey(item => item.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(item => new { item.UserId, item.Status }, "idx_sync_queue_user");
        builder.HasIndex(item => new { item.Status, item.CreatedAt }, "idx_sync_queue_status")
            .HasFilter("status = 'pending'");
        builder.HasIndex(item => item.CreatedAt, "idx_sync_queue_created");
        builder.HasIndex(item => new { item.DeviceId, item.ClientSeq }, "idx_sync_queue_device");
    }
}
