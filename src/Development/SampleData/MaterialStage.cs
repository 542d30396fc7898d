using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Development.SampleData;

internal sealed class MaterialStage(SampleSize size, SampleUsers users)
    : SampleStage(SampleKind.Material, "materials", "material", size.Materials)
{
    public override async Task LoadAsync(NpgsqlConnection connection, Range rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY materials (id, job_id, item_name, quantity, unit, purchased, notes, added_by_id, purchased_by_id, "
            + "purchased_at, is_deleted, created_at, updated_by_id) FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        for (var index = rows.Start.Value; index < rows.End.Value; index++)
        {
            var material = SampleMaterial.Make(index, size.Jobs, size.Customers);
            var addedBy = users.WorkerOrOwner(material.AddedBy);
            var purchasedBy = material.PurchasedBy is { } worker ? users.Workers[worker] : (Guid?)null;
            await copy.StartRowAsync(cancellationToken);
            await copy.IdAsync(material.Id, cancellationToken);
            await copy.IdAsync(material.JobId, cancellationToken);
            await copy.TextAsync(material.ItemName, cancellationToken);
            await copy.WriteAsync(material.Quantity, NpgsqlDbType.Numeric, cancellationToken);
            await copy.TextAsync(material.Unit, cancellationToken);
            await copy.WriteAsync(purchasedBy is not null, NpgsqlDbType.Boolean, cancellationToken);
            await copy.TextAsync(material.Notes, cancellationToken);
            await copy.IdAsync(addedBy, cancellationToken);
            await copy.IdAsync(purchasedBy, cancellationToken);
            await copy.ValueAsync(material.PurchasedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(material.IsDeleted, NpgsqlDbType.Boolean, cancellationToken);
            await copy.WriteAsync(material.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.IdAsync(purchasedBy ?? addedBy, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
