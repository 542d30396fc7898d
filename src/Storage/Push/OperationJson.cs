using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>
/// The JSON of an operation as protobuf's formatter writes it, for the fields that devices send: every pushed operation is
/// written to the ledger; the formatter of Google.Protobuf would find each field by reflection.
/// </summary>
internal static class OperationJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>Writes an operation; null when there is more in it than this knows of.</summary>
    public static string? TryFormat(Operation operation)
    {
        if (!IsPlain(operation.Entity) || (operation.Seen is not null && !IsPlain(operation.Seen))
            || !Enum.IsDefined(operation.Kind) || !Enum.IsDefined(operation.ConflictPolicy)
            || operation.UpdateMask?.Paths.All(IsPlain) == false)
        {
            return null;
        }

        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4_096);
        buffer.ResetWrittenCount();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        if (operation.Id.Length > 0)
            json.WriteString("id", operation.Id);
        // A 64-bit number is a string in protobuf's JSON.
        if (operation.ClientSeq != 0)
            json.WriteString("client_seq", operation.ClientSeq.ToString(CultureInfo.InvariantCulture));
        if (operation.Kind != OperationKind.Unspecified)
            json.WriteString("kind", KindName(operation.Kind));
        Row(json, "entity", operation.Entity);
        if (operation.UpdateMask is { } mask)
            json.WriteString("update_mask", string.Join(',', mask.Paths.Select(Camel)));
        if (operation.Seen is not null)
            Row(json, "seen", operation.Seen);
        if (operation.ConflictPolicy != ConflictPolicy.Unspecified)
            json.WriteString("conflict_policy", PolicyName(operation.ConflictPolicy));
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static bool IsPlain(Entity? row) =>
        row is not null && EntityKinds.Of(row) is { } kind && RowJson.Of(kind) is { } json && json.IsPlain(row);

    // Whether camel case gives it back. Only an update's mask is checked by the rules: that of others is passed over.
    private static bool IsPlain(string path)
    {
        for (var i = 0; i < path.Length; i++)
        {
            if (!char.IsAsciiLetterLower(path[i]) && (path[i] != '_' || i == 0 || i + 1 == path.Length || path[i + 1] == '_'))
                return false;
        }

        return path.Length > 0;
    }

    private static void Row(Utf8JsonWriter json, string name, Entity row)
    {
        json.WriteStartObject(name);
        RowJson.Of(EntityKinds.Of(row)!)!.Write(json, row);
        json.WriteEndObject();
    }

    // A mask is written in camel case, and read back.
    private static string Camel(string path)
    {
        if (!path.Contains('_', StringComparison.Ordinal))
            return path;
        var parts = path.Split('_');
        return string.Concat(parts[0], string.Concat(parts.Skip(1).Select(part => char.ToUpperInvariant(part[0]) + part[1..])));
    }

    private static string KindName(OperationKind kind) => kind switch
    {
        OperationKind.Create => "OPERATION_KIND_CREATE",
        OperationKind.Update => "OPERATION_KIND_UPDATE",
        _ => "OPERATION_KIND_DELETE",
    };

    private static string PolicyName(ConflictPolicy policy) => policy == ConflictPolicy.Reject
        ? "CONFLICT_POLICY_REJECT"
        : "CONFLICT_POLICY_LAST_WRITE_WINS";
}
