using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace KhsCrm.Storage.Schema;

/// <summary>
/// Gives every table a check that its times and dates are ones that the contract can hold, whoever writes them: year 1 to
/// 9999, as in <c>google.protobuf.Timestamp</c> and <c>google.type.Date</c>, and neither <c>infinity</c> nor BC. One row
/// beyond that would stop every stream that has to carry it.
/// </summary>
internal static class ContractRanges
{
    public static void Apply(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            var checks = entity.GetProperties().Select(Check).OfType<string>().Order(StringComparer.Ordinal).ToList();
            if (checks.Count > 0)
                entity.AddCheckConstraint($"check_{entity.GetTableName()}_times", string.Join(" AND ", checks));
        }
    }

    // A time constant with a zone would be spelled in the zone of whoever dumps the schema.
    private static string? Check(IMutableProperty property)
    {
        var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        var column = property.GetColumnName();
        if (type == typeof(DateTime))
            return $"{column} AT TIME ZONE 'UTC' BETWEEN timestamp '0001-01-01' AND timestamp '9999-12-31 23:59:59.999999'";
        return type == typeof(DateOnly) ? $"{column} BETWEEN date '0001-01-01' AND date '9999-12-31'" : null;
    }
}
