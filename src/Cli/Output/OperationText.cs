using System.Globalization;
using System.Text.Json.Nodes;
using KhsCrm.Contracts.Kinds;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Output;

/// <summary>Operations of the outbox for people and for JSON.</summary>
internal static class OperationText
{
    /// <summary>What the operation does, in a few words.</summary>
    public static string Describe(OutboxOperation entry)
    {
        var operation = entry.Operation;
        var kind = EntityKinds.Of(operation.Entity)!;
        var verb = operation.Kind switch
        {
            OperationKind.Create => "add",
            OperationKind.Update => "change " + string.Join(", ", operation.UpdateMask.Paths) + " of",
            _ => "delete",
        };
        return $"{verb} {kind.Name.Replace('_', ' ')} {TitleOf(operation.Entity)}{kind.GetId(operation.Entity)}";
    }

    private static string TitleOf(Entity row)
    {
        var title = row.Customer?.Name ?? row.Job?.Title ?? row.Material?.ItemName ?? "";
        return title.Length == 0 ? "" : $"'{title}' ";
    }

    /// <summary>Why the server refused or deferred it.</summary>
    public static string Why(OutboxOperation entry)
    {
        if (entry.Reason == ErrorReason.Unspecified && entry.Message.Length == 0)
            return "";
        var fields = string.Concat(entry.Violations.Select(field => $" {field.Field} {field.Description}."));
        return $"{entry.Message}{fields} ({Words.Reason(entry.Reason)})";
    }

    public static JsonObject ToJson(OutboxOperation entry) => new()
    {
        ["operation"] = Printer.ToJson(entry.Operation),
        ["state"] = entry.State.ToString().ToUpperInvariant(),
        ["queued_at"] = entry.QueuedAt.ToString("O", CultureInfo.InvariantCulture),
        ["reason"] = entry.Reason == ErrorReason.Unspecified ? null : Words.Reason(entry.Reason),
        ["message"] = entry.Message.Length == 0 ? null : entry.Message,
        ["server_row"] = entry.ServerRow is null ? null : Printer.ToJson(entry.ServerRow),
    };
}
