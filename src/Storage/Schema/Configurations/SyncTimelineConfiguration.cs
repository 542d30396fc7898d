using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class SyncTimelineConfiguration : IEntityTypeConfiguration<SyncTimelineRow>
{
    public void Configure(EntityTypeBuilder<SyncTimelineRow> builder)
    {
        builder.ToTable("sync_timelines");
        builder.HasKey(timeline => new { timeline.SystemIdentifier, timeline.TimelineId });
        builder.Property(timeline => timeline.SystemIdentifier).HasMaxLength(64);
        builder.Property(timeline => timeline.TimelineId).ValueGeneratedNever();
        builder.Property(timeline => timeline.StartedAt).IsNow();
    }
}
