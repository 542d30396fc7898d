using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Development.SampleData;

internal sealed class CustomerStage(SampleSize size, SampleUsers users)
    : SampleStage(SampleKind.Customer, "customers", "customer", size.Customers)
{
    public override async Task LoadAsync(NpgsqlConnection connection, Range rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY customers (id, name, phone, email, address, notes, is_archived, created_at, updated_by_id) "
            + "FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        for (var index = rows.Start.Value; index < rows.End.Value; index++)
        {
            var customer = SampleCustomer.Make(index);
            await copy.StartRowAsync(cancellationToken);
            await copy.IdAsync(customer.Id, cancellationToken);
            await copy.TextAsync(customer.Name, cancellationToken);
            await copy.TextAsync(customer.Phone, cancellationToken);
            await copy.TextAsync(customer.Email, cancellationToken);
            await copy.TextAsync(customer.Address, cancellationToken);
            await copy.TextAsync(customer.Notes, cancellationToken);
            await copy.WriteAsync(customer.IsArchived, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(customer.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.IdAsync(users.Owner, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
