using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace KhsCrm.SyncClient.Verify;

/// <summary>
/// Makes the rows of some buckets what the server says they are, within one transaction. Pending edits stay on top: only
/// the server's side of a row is written.
/// </summary>
internal static class BucketRepair
{
    /// <returns>How many rows differed, and were repaired.</returns>
    public static long Run(WriteTransaction transaction, RowTable table, EntityDigest answer)
    {
        var buckets = answer.CompleteBuckets.Select(bucket => bucket.Bucket).ToHashSet();
        var here = TableDigest.Read(transaction.Connection, table, answer.BucketBits, buckets).Rows;
        var rows = new ServerRows(transaction, DeviceState.Read(transaction.Connection).Generation);
        var setAside = new SetAside(transaction, NullLogger.Instance);
        long repaired = 0;
        foreach (var row in answer.CompleteBuckets.SelectMany(bucket => bucket.Rows))
        {
            // One that this device cannot store stays set aside.
            if (RowId.TryParse(table.Kind.GetId(row)) is not { } id || (here.Remove(id, out var mine) && row.Equals(mine)))
                continue;
            setAside.Guard(new Change { Entity = row }, change => rows.Save(table, id, change.Entity));
            repaired++;
        }

        // What the server did not name is not in the scope.
        foreach (var id in here.Keys)
            rows.Remove(table, id, RowChangeKind.Deleted);
        return repaired + here.Count;
    }
}
