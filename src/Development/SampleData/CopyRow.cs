using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Development.SampleData;

/// <summary>Writes the values of a row, null included, into a binary COPY.</summary>
internal static class CopyRow
{
    public static Task TextAsync(this NpgsqlBinaryImporter copy, string? value, CancellationToken cancellationToken) =>
        value is null
            ? copy.WriteNullAsync(cancellationToken)
            : copy.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);

    public static Task ValueAsync<T>(
        this NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type, CancellationToken cancellationToken)
        where T : struct =>
        value is { } known
            ? copy.WriteAsync(known, type, cancellationToken)
            : copy.WriteNullAsync(cancellationToken);

    public static Task IdAsync(this NpgsqlBinaryImporter copy, Guid? value, CancellationToken cancellationToken) =>
        copy.ValueAsync(value, NpgsqlDbType.Uuid, cancellationToken);
}
