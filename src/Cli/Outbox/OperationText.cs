using System.Text.Json.Nodes;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Outbox;

/// <summary>Operations of the outbox for people and for JSON.</summary>
internal static class OperationText
{
    private const int MaxValue = 40;

    /// <summary>What the operation does, such as <c>change customer Ada Byron: phone to 555-0100</c>.</summary>
    public static async Task<string> DescribeAsync(RowNames names, Operation operation, CancellationToken cancellationToken)
    {
        var seen = operation.Kind == OperationKind.Delete ? operation.Seen ?? operation.Entity : operation.Entity;
        var row = await names.OfAsync(seen, cancellationToken);
        return operation.Kind switch
        {
            OperationKind.Create => $"add {row}",
            OperationKind.Update => $"change {row}: {string.Join(", ", operation.UpdateMask.Paths.Select(field => $"{field} to {Value(operation.Entity, field)}"))}",
            _ => $"delete {row}",
        };
    }

    /// <summary>Why the server refused or deferred it; empty when it did not.</summary>
    public static string Why(OutboxOperation entry)
    {
        if (entry.Reason == ErrorReason.Unspecified && entry.Message.Length == 0)
            return "";
        // The message often is the one violation, word for word.
        var fields = entry.Violations.Select(field => $"{field.Field} {field.Description}")
            .Where(text => !entry.Message.Contains(text, StringComparison.Ordinal)).ToList();
        return ErrorText.Sentence(entry.Message.TrimEnd('.') + (fields.Count == 0 ? "" : $": {string.Join("; ", fields)}"), entry.Reason);
    }

    /// <summary>Why the server refused or deferred an edit, as it says itself.</summary>
    public static string Why(Google.Rpc.Status? status) => status is null ? "" : ErrorText.Sentence(status.Message);

    /// <summary>The value of a field, cut to what fits beside others.</summary>
    public static string Value(Entity? row, string field)
    {
        var text = FieldText.Of(row, field);
        return text.Length > MaxValue ? string.Concat(text.AsSpan(0, MaxValue - 1), "…") : text;
    }

    public static Cell State(OutboxState state) =>
        new(state.ToString().ToLowerInvariant(), state switch
        {
            OutboxState.Rejected => Spectre.Console.Color.Maroon,
            OutboxState.Deferred => Spectre.Console.Color.Olive,
            _ => null,
        });

    public static JsonObject ToJson(OutboxOperation entry) => new()
    {
        ["operation"] = Printer.ToJson(entry.Operation),
        ["state"] = entry.State.ToString().ToUpperInvariant(),
        ["queued_at"] = Printer.ToJson(entry.QueuedAt),
        ["reason"] = entry.Reason == ErrorReason.Unspecified ? null : Words.Reason(entry.Reason),
        ["message"] = entry.Message.Length == 0 ? null : entry.Message,
        ["field_violations"] = new JsonArray([.. entry.Violations.Select(
            violation => (JsonNode)new JsonObject { ["field"] = violation.Field, ["description"] = violation.Description })]),
        ["conflicting_fields"] = new JsonArray([.. entry.ConflictingFields.Select(field => (JsonNode)field)]),
        ["server_row"] = entry.ServerRow is null ? null : Printer.ToJson(entry.ServerRow),
    };
}
