using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class RefreshTokenConfiguration : IEntityTypeConfiguration<RefreshTokenRow>
{
    public void Configure(EntityTypeBuilder<RefreshTokenRow> builder)
    {
        builder.ToTable("refresh_tokens");
        builder.Property(token => token.Id).IsGenerated();
        builder.Property(token => token.Token).HasMaxLength(255);
        builder.Property(token => token.CreatedAt).IsNow();
        builder.HasAlternateKey(token => token.Token);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(token => token.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(token => token.UserId, "idx_refresh_tokens_user");
        builder.HasIndex(token => token.FamilyId, "idx_refresh_tokens_family");
        builder.HasIndex(token => token.ExpiresAt, "idx_refresh_tokens_expires");
    }
}
