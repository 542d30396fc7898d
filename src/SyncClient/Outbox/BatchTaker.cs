using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>
/// Takes the next operations to put on the wire. An operation gets its number here, in a transaction that is committed
/// before anything is sent, and keeps number, id and content from then on.
/// </summary>
internal static class BatchTaker
{
    // What a PushBatch adds to an operation: tag, length and the number.
    private const int OverheadBytes = 24;

    /// <summary>Takes a batch.</summary>
    /// <param name="transaction">The transaction to number in.</param>
    /// <param name="after">The last number put on this stream; 0 for none.</param>
    /// <param name="maxOperations">At most so many operations.</param>
    /// <param name="maxBytes">At most so many bytes, unless the first operation alone has more.</param>
    /// <returns>The operations in order of their numbers; empty when nothing waits.</returns>
    public static List<Operation> Take(WriteTransaction transaction, long after, int maxOperations, int maxBytes)
    {
        var connection = transaction.Connection;
        var batch = new List<Operation>();
        var bytes = 0;
        var candidates = OutboxTable.WithoutResult(connection, after, maxOperations);
        if (candidates.Count < maxOperations)
            candidates.AddRange(OutboxTable.List(connection, OutboxState.Queued, 0, maxOperations - candidates.Count));
        var device = DeviceState.Read(connection);
        var next = device.NextClientSeq;
        foreach (var entry in candidates)
        {
            bytes += entry.Operation.CalculateSize() + OverheadBytes;
            if (bytes > maxBytes && batch.Count > 0)
                break;
            var numbered = entry;
            if (entry.ClientSeq is null)
            {
                numbered = entry with { ClientSeq = next++ };
                connection.Prepare("UPDATE outbox SET client_seq = ?2, state = ?3 WHERE position = ?1")
                    .Bind(1, entry.Position).Bind(2, numbered.ClientSeq).Bind(3, (long)OutboxState.Sent)
                    .Execute();
            }

            batch.Add(numbered.ToWire());
        }

        if (next == device.NextClientSeq)
            return batch;
        (device with { NextClientSeq = next }).Write(connection);
        transaction.OutboxChanged();
        return batch;
    }
}
