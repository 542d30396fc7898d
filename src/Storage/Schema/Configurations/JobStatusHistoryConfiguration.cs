using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class JobStatusHistoryConfiguration : IEntityTypeConfiguration<JobStatusHistoryRow>
{
    public void Configure(EntityTypeBuilder<JobStatusHistoryRow> builder)
    {
        builder.ToTable("job_status_history", table =>
        {
            table.HasCheckConstraint("check_from_status", $"from_status IN ({ColumnDefaults.JobStatuses})");
            table.HasCheckConstraint("check_to_status", $"to_status IN ({ColumnDefaults.JobStatuses})");
        });
        builder.Property(entry => entry.Id).IsGenerated();
        builder.Property(entry => entry.FromStatus).HasMaxLength(30);
        builder.Property(entry => entry.ToStatus).HasMaxLength(30);
        builder.Property(entry => entry.ChangedAt).IsNow();
        builder.Property(entry => entry.ChangeXid).IsChangeXid();
        builder.HasOne<JobRow>().WithMany().HasForeignKey(entry => entry.JobId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(entry => entry.ChangedById)
            .OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(entry => new { entry.JobId, entry.ChangedAt }, "idx_status_history_job")
            .IsDescending(false, true);
        builder.HasIndex(entry => new { entry.ChangedAt, entry.Id }, "idx_status_history_changed");
        builder.HasIndex(entry => entry.ChangeXid, "idx_status_history_change");
    }
}
