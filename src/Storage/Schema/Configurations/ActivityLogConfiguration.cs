using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class ActivityLogConfiguration : IEntityTypeConfiguration<ActivityLogRow>
{
    public void Configure(EntityTypeBuilder<ActivityLogRow> builder)
    {
        // As a message and as text: a few bytes of jsonb may be a number of 131,072 digits.
        builder.ToTable("activity_logs", table => table.HasCheckConstraint(
            "check_activity_details", "pg_column_size(details) <= 2000000 AND octet_length(details::text) <= 2500000"));
        // A primary key of a partitioned table must contain the partition key (DESIGN §9.2).
        builder.HasKey(entry => new { entry.Id, entry.CreatedAt });
        builder.Property(entry => entry.Id).IsGenerated();
        builder.Property(entry => entry.EntityType).HasMaxLength(50);
        builder.Property(entry => entry.Action).HasMaxLength(50);
        builder.Property(entry => entry.Details).HasColumnType("jsonb");
        builder.Property(entry => entry.CreatedAt).IsNow();
        builder.Property(entry => entry.ChangeXid).IsChangeXid();
        builder.HasOne<UserRow>().WithMany().HasForeignKey(entry => entry.UserId).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<JobRow>().WithMany().HasForeignKey(entry => entry.JobId).OnDelete(DeleteBehavior.Cascade);
        // The id first: it tells rows apart, and compares faster than text.
        builder.HasIndex(entry => new { entry.EntityId, entry.EntityType }, "idx_activity_entity");
        builder.HasIndex(entry => new { entry.UserId, entry.CreatedAt }, "idx_activity_user").IsDescending(false, true);
        builder.HasIndex(entry => new { entry.JobId, entry.CreatedAt }, "idx_activity_job")
            .IsDescending(false, true).HasFilter("job_id IS NOT NULL");
        builder.HasIndex(entry => new { entry.CreatedAt, entry.Id }, "idx_activity_created");
        builder.HasIndex(entry => entry.ChangeXid, "idx_activity_change");
    }
}
