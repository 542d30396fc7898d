using System.Globalization;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Outbox;

/// <summary>An edit that met somebody else's edit of the same fields.</summary>
/// <param name="Operation">The edit of this device.</param>
/// <param name="Fields">The proto names of the fields; empty when the whole row conflicts.</param>
/// <param name="Theirs">The other's values.</param>
/// <param name="IsRejected">True when the server kept theirs and the edit waits; false when mine is in effect.</param>
/// <param name="At">When the edit was made, or this device learned of the conflict.</param>
internal sealed record Conflict(Operation Operation, IReadOnlyList<string> Fields, Entity? Theirs, bool IsRejected, DateTimeOffset At)
{
    /// <summary>Those of this device, the ones that wait for a person first.</summary>
    public static async Task<List<Conflict>> ListAsync(KhsCrmClient client, CancellationToken cancellationToken)
    {
        var rejected = await client.Outbox.ListAsync(OutboxState.Rejected, int.MaxValue, cancellationToken);
        var merged = await client.Outbox.ListConflictsAsync(cancellationToken);
        return
        [
            .. rejected.Where(entry => entry.Reason == ErrorReason.Conflict)
                .Select(entry => new Conflict(entry.Operation, entry.ConflictingFields, entry.ServerRow, true, entry.QueuedAt)),
            .. merged.Select(one => new Conflict(one.Operation, one.Fields, one.Overwritten, false, one.RecordedAt)),
        ];
    }

    /// <summary>My value of a field.</summary>
    public string Mine(string field) =>
        Operation.Kind == OperationKind.Delete ? "(deleted)" : OperationText.Value(Operation.Entity, field);

    public JsonObject ToJson() => new()
    {
        ["operation"] = Printer.ToJson(Operation),
        ["state"] = IsRejected ? "REJECTED" : "MERGED",
        ["conflicting_fields"] = new JsonArray([.. Fields.Select(field => (JsonNode)field)]),
        ["theirs"] = Theirs is null ? null : Printer.ToJson(Theirs),
        ["at"] = At.ToString("O", CultureInfo.InvariantCulture),
    };
}
