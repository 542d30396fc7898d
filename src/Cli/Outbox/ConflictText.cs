using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Outbox;

/// <summary>Conflicts for people and for JSON.</summary>
internal static class ConflictText
{
    /// <summary>This device's value of a field.</summary>
    public static string Mine(EditConflict conflict, string field) =>
        conflict.Operation.Kind == OperationKind.Delete ? "(deleted)" : OperationText.Value(conflict.Mine, field);

    /// <summary>The other's value of a field; of no field when the whole row conflicts.</summary>
    public static string Theirs(EditConflict conflict, string field) =>
        field.Length == 0 ? "(changed)" : OperationText.Value(conflict.Theirs, field);

    /// <summary>The row that it is about.</summary>
    public static Task<string> RowAsync(RowNames names, EditConflict conflict, CancellationToken cancellationToken) =>
        names.OfAsync(conflict.Operation.Kind == OperationKind.Delete ? conflict.Operation.Seen : conflict.Mine, cancellationToken);

    /// <summary>What an edit overwrote, in a sentence.</summary>
    public static async Task<string> OverwrittenAsync(RowNames names, EditConflict conflict, CancellationToken cancellationToken)
    {
        var row = await RowAsync(names, conflict, cancellationToken);
        var values = conflict.Fields.Select(field => $"{field} was {Theirs(conflict, field)} and is {Mine(conflict, field)}");
        return $"Overwrote somebody else's edit of {row}: {string.Join("; ", values)}.";
    }

    public static JsonObject ToJson(EditConflict conflict) => new()
    {
        ["operation"] = Printer.ToJson(conflict.Operation),
        ["state"] = conflict.Kind.ToString().ToUpperInvariant(),
        ["conflicting_fields"] = new JsonArray([.. conflict.Fields.Select(field => (JsonNode)field)]),
        ["theirs"] = conflict.Theirs is null ? null : Printer.ToJson(conflict.Theirs),
        ["queued_at"] = Printer.ToJson(conflict.QueuedAt),
    };
}
