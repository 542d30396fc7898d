using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class ServiceAccountConfiguration : IEntityTypeConfiguration<ServiceAccountRow>
{
    public void Configure(EntityTypeBuilder<ServiceAccountRow> builder)
    {
        builder.ToTable("service_accounts");
        builder.HasKey(account => account.UserId);
        builder.Property(account => account.UserId).ValueGeneratedNever();
        builder.Property(account => account.KeyDigest).HasMaxLength(64);
        builder.Property(account => account.CreatedAt).IsNow();
        builder.HasAlternateKey(account => account.KeyDigest);
        builder.HasOne<UserRow>().WithOne().HasForeignKey<ServiceAccountRow>(account => account.UserId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(account => account.CreatedById).OnDelete(DeleteBehavior.NoAction);
    }
}
