using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class JobAssignmentConfiguration : IEntityTypeConfiguration<JobAssignmentRow>
{
    public void Configure(EntityTypeBuilder<JobAssignmentRow> builder)
    {
        builder.ToTable("job_assignments");
        builder.Property(assignment => assignment.Id).IsGenerated();
        builder.Property(assignment => assignment.AssignedAt).IsNow();
        builder.Property(assignment => assignment.ChangeXid).IsChangeXid();
        builder.HasOne<JobRow>().WithMany().HasForeignKey(assignment => assignment.JobId)
            .OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(assignment => assignment.UserId)
            .OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(assignment => assignment.UpdatedById)
            .OnDelete(DeleteBehavior.NoAction);
        builder.HasAlternateKey(assignment => new { assignment.JobId, assignment.UserId })
            .HasName("unique_job_user_assignment");
        builder.HasIndex(assignment => assignment.JobId, "idx_assignments_job");
        builder.HasIndex(assignment => assignment.UserId, "idx_assignments_user");
        builder.HasIndex(assignment => new { assignment.AssignedAt, assignment.Id }, "idx_assignments_date");
        builder.HasIndex(assignment => assignment.ChangeXid, "idx_assignments_change");
    }
}
