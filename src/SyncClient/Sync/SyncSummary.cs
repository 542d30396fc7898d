using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>What one <see cref="KhsCrmClient.SyncAsync"/> did.</summary>
/// <param name="Applied">Edits that took effect as they were made.</param>
/// <param name="Merged">Edits that took effect and overwrote what somebody else had set; see the conflicts.</param>
/// <param name="Deferred">Edits that the server keeps until a row that they name arrives.</param>
/// <param name="Rejected">Edits that the server refused; see the outbox.</param>
/// <param name="Received">Changes received, the settled form of this device's own edits included.</param>
public sealed record SyncSummary(int Applied, int Merged, int Deferred, int Rejected, long Received)
{
    internal static SyncSummary Nothing { get; } = new(0, 0, 0, 0, 0);

    internal SyncSummary With(OperationResult result) =>
        (result.Outcome == OperationOutcome.Duplicate ? result.FirstOutcome : result.Outcome) switch
        {
            OperationOutcome.Merged => this with { Merged = Merged + 1 },
            OperationOutcome.Deferred => this with { Deferred = Deferred + 1 },
            OperationOutcome.Rejected => this with { Rejected = Rejected + 1 },
            _ => this with { Applied = Applied + 1 },
        };
}
