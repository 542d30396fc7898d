using KhsCrm.Storage.Schema.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace KhsCrm.Storage.Schema.Configurations;

internal sealed class CustomerConfiguration : IEntityTypeConfiguration<CustomerRow>
{
    public void Configure(EntityTypeBuilder<CustomerRow> builder)
    {
        builder.ToTable("customers", table =>
        {
            table.HasCheckConstraint(
                "check_customer_texts", ColumnDefaults.AtMost(("address", 10_000), ("notes", ColumnDefaults.LongText)));
            table.HasCheckConstraint("check_customer_name", @"btrim(name, E' \t\n\r\f\v') <> ''");
            table.HasCheckConstraint("check_customer_email", "email <> ''");
        });
        builder.Property(customer => customer.Id).IsGenerated();
        builder.Property(customer => customer.Name).HasMaxLength(255);
        builder.Property(customer => customer.Phone).HasMaxLength(20);
        builder.Property(customer => customer.Email).HasMaxLength(255);
        builder.Property(customer => customer.IsArchived).HasDefaultValue(false);
        builder.Property(customer => customer.CreatedAt).IsNow();
        builder.Property(customer => customer.UpdatedAt).IsNow();
        builder.Property(customer => customer.ChangeXid).IsChangeXid();
        builder.HasOne<UserRow>().WithMany().HasForeignKey(customer => customer.UpdatedById)
            .OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(customer => customer.Name, "idx_customers_name");
        builder.HasIndex(customer => new { customer.IsArchived, customer.UpdatedAt, customer.Id }, "idx_customers_active")
            .IsDescending(false, true, true);
        builder.HasIndex(customer => new { customer.UpdatedAt, customer.Id }, "idx_customers_updated");
        builder.HasIndex(customer => customer.ChangeXid, "idx_customers_change");
    }
}
