using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Rejects what would wait beyond a device's share: a device whose parents never come must not fill the ledger that all
/// retries read. Asked only when something of a batch is to wait.
/// </summary>
internal static class WaitingLimit
{
    public static async Task EnforceAsync(
        NpgsqlConnection connection, IReadOnlyCollection<SubmissionPlan> plans, int limit, CancellationToken cancellationToken)
    {
        var waiting = plans
            .Select(plan => (Device: plan.Actor.DeviceId, Operations: plan.Fresh.Where(planned => planned.IsDeferred).ToList()))
            .Where(one => one is { Device: not null, Operations.Count: > 0 })
            .ToDictionary(one => one.Device!.Value, one => one.Operations);
        if (waiting.Count == 0)
            return;
        var counts = new Dictionary<Guid, int>();
        await using var reads = new ReadBatch(connection);
        reads.Add(
            "SELECT device_id, count(*)::int FROM sync_queue WHERE status = 'pending' AND device_id = ANY($1) GROUP BY 1",
            reader => counts.Add(reader.GetGuid(0), reader.GetInt32(1)),
            ReadBatch.Ids(waiting.Keys));
        await reads.ExecuteAsync(cancellationToken);

        // In their order: whatever waits behind one that is rejected is later in the batch, and rejected too.
        foreach (var (device, operations) in waiting)
        {
            foreach (var planned in operations.Skip(Math.Max(0, limit - counts.GetValueOrDefault(device))))
                planned.Refuse(Reason(limit));
        }
    }

    private static Google.Rpc.Status Reason(int limit) => Rejection.Of(
        ErrorReason.LimitExceeded,
        $"{limit} operations of this device wait for rows that have not arrived; no more may wait",
        ("limit", $"{limit}"));
}
