using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class MaterialConfiguration : IEntityTypeConfiguration<MaterialRow>
{
    public void Configure(EntityTypeBuilder<MaterialRow> builder)
    {
        builder.ToTable("materials", table =>
        {
            table.HasCheckConstraint("check_quantity_positive", "quantity > 0 AND quantity <> 'NaN'");
            table.HasCheckConstraint("check_material_texts", ColumnDefaults.AtMost(("notes", ColumnDefaults.LongText)));
            table.HasCheckConstraint(
                "check_purchase_consistency",
                "(purchased = false AND purchased_by_id IS NULL AND purchased_at IS NULL) OR "
                + "(purchased = true AND purchased_by_id IS NOT NULL AND purchased_at IS NOT NULL)");
        });
        builder.Property(material => material.Id).IsGenerated();
        builder.Property(material => material.ItemName).HasMaxLength(255);
        builder.Property(material => material.Quantity).HasPrecision(10, 2).HasDefaultValue(1m);
        builder.Property(material => material.Unit).HasMaxLength(20).HasDefaultValue("each");
        builder.Property(material => material.Purchased).HasDefaultValue(false);
        builder.Property(material => material.IsDeleted).HasDefaultValue(false);
        builder.Property(material => material.CreatedAt).IsNow();
        builder.Property(material => material.UpdatedAt).IsNow();
        builder.Property(material => material.ChangeXid).IsChangeXid();
        builder.HasOne<JobRow>().WithMany().HasForeignKey(material => material.JobId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(material => material.AddedById)
            .OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(material => material.PurchasedById)
            .OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<UserRow>().WithMany().HasForeignKey(material => material.UpdatedById)
            .OnDelete(DeleteBehavior.NoAction);
        // Deleted lines too: a job that is deleted, or reaches a device, looks up all of its materials.
        builder.HasIndex(material => material.JobId, "idx_materials_job");
        builder.HasIndex(material => new { material.JobId, material.Purchased, material.CreatedAt, material.Id },
            "idx_materials_purchased").HasFilter("is_deleted = false");
        builder.HasIndex(material => new { material.UpdatedAt, material.Id }, "idx_materials_updated");
        builder.HasIndex(material => material.ChangeXid, "idx_materials_change");
    }
}
