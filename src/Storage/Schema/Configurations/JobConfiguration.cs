using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class JobConfiguration : IEntityTypeConfiguration<JobRow>
{
    public void Configure(EntityTypeBuilder<JobRow> builder)
    {
        builder.ToTable("jobs", table =>
        {
            table.HasCheckConstraint("check_job_status", $"status IN ({ColumnDefaults.JobStatuses})");
            table.HasCheckConstraint(
                "check_job_dates", "start_date IS NULL OR end_date IS NULL OR start_date <= end_date");
            table.HasCheckConstraint(
                "check_job_texts",
                ColumnDefaults.AtMost(("description", ColumnDefaults.LongText), ("notes", ColumnDefaults.LongText)));
        });
        builder.Property(job => job.Id).IsGenerated();
        builder.Property(job => job.Title).HasMaxLength(255);
        builder.Property(job => job.Status).HasMaxLength(30).HasDefaultValue("NOT_STARTED");
        builder.Property(job => job.CreatedAt).IsNow();
        builder.Property(job => job.UpdatedAt).IsNow();
        builder.Property(job => job.ChangeXid).IsChangeXid();
        builder.HasOne<CustomerRow>().WithMany().HasForeignKey(job => job.CustomerId).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(job => job.CreatedById).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(job => job.UpdatedById).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(job => job.CustomerId, "idx_jobs_customer");
        builder.HasIndex(job => job.Status, "idx_jobs_status").HasFilter("status <> 'COMPLETED'");
        builder.HasIndex(job => new { job.UpdatedAt, job.Id }, "idx_jobs_active").HasFilter("status <> 'COMPLETED'");
        builder.HasIndex(job => job.CreatedById, "idx_jobs_created_by");
        builder.HasIndex(job => new { job.StartDate, job.EndDate }, "idx_jobs_dates")
            .HasFilter("status = 'IN_PROGRESS'");
        builder.HasIndex(job => new { job.UpdatedAt, job.Id }, "idx_jobs_updated");
        builder.HasIndex(job => job.ChangeXid, "idx_jobs_change");
    }
}
