using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class SyncHistoryConfiguration : IEntityTypeConfiguration<SyncHistoryRow>
{
    public void Configure(EntityTypeBuilder<SyncHistoryRow> builder)
    {
        builder.ToTable("sync_histories");
        builder.Property(history => history.Id).IsGenerated();
        builder.Property(history => history.BegunAt).IsNow();
    }
}
