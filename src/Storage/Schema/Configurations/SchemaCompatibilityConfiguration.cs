using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class SchemaCompatibilityConfiguration : IEntityTypeConfiguration<SchemaCompatibilityRow>
{
    public void Configure(EntityTypeBuilder<SchemaCompatibilityRow> builder)
    {
        builder.ToTable("schema_compatibility");
        builder.HasKey(mark => mark.MigrationId);
    }
}
