using System.Numerics;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Verify;

/// <summary>
/// Compares the store with the server and repairs what differs, from the whole to the part: a digest of each table, then
/// one of each bucket of a table that differs, then the rows of the buckets that differ. Each answer is of the state of the
/// checkpoint that it comes with, and is looked at in the transaction that stores this checkpoint.
/// </summary>
internal sealed class Verification
{
    // About so many rows a bucket: what one difference costs, against the digests that are sent to find it.
    private const int RowsPerBucket = 64;
    private const int MaxBits = 16;
    private const int BucketsPerRound = 64;
    // More than this is no repair: 64 x 64 x 64 is 262,144 rows of a table.
    private const int MaxRounds = 64;

    private readonly SortedDictionary<EntityType, EntityVerification> _found = [];
    private readonly HashSet<EntityType> _askedForRows = [];
    // Buckets that were repaired and differ all the same: this device cannot hold what it was sent.
    private readonly HashSet<(EntityType Type, int Bucket)> _hopeless = [];
    private bool _isAsked;
    private int _rounds;

    /// <summary>Whether nothing is left to ask.</summary>
    public bool IsDone { get; private set; }

    public VerifyReport Report => new([.. _found.Values]);

    /// <summary>A stream begins: what the one before was asked is not answered any more.</summary>
    public void Restart()
    {
        _isAsked = false;
        _askedForRows.Clear();
    }

    /// <summary>Takes what a delta says, which is stored already.</summary>
    /// <returns>What to ask next; null for nothing.</returns>
    public DigestRequest? Continue(WriteTransaction transaction, Delta delta)
    {
        if (IsDone || !delta.Checkpoint)
            return null;
        if (!_isAsked)
        {
            _isAsked = true;
            return new DigestRequest();
        }

        if (delta.Digests.Count == 0)
            return null;
        var next = new DigestRequest();
        next.Entities.AddRange(delta.Digests.Select(answer => Examine(transaction, answer)).OfType<EntityDigestRequest>());
        IsDone = next.Entities.Count == 0 || ++_rounds >= MaxRounds;
        return IsDone ? null : next;
    }

    private EntityDigestRequest? Examine(WriteTransaction transaction, EntityDigest answer)
    {
        if (RowTables.Of(answer.EntityType) is not { } table || answer.BucketBits is < 0 or > MaxBits)
            return null;
        var repaired = answer.CompleteBuckets.Count > 0 ? BucketRepair.Run(transaction, table, answer) : 0;
        var here = TableDigest.Read(transaction.Connection, table, answer.BucketBits, new HashSet<int>());
        var isEqual = here.Count == answer.Count && here.Digest == answer.Digest;
        var before = _found.GetValueOrDefault(answer.EntityType) ?? new(answer.EntityType, 0, 0, 0, 0, false);
        _found[answer.EntityType] = before with
        {
            Compared = answer.Count,
            Differing = before.Differing + repaired,
            Repaired = before.Repaired + repaired,
            Received = before.Received + answer.CompleteBuckets.Sum(bucket => bucket.Rows.Count),
            IsEqual = isEqual,
        };
        return isEqual ? null : AskOn(answer, here);
    }

    private EntityDigestRequest? AskOn(EntityDigest answer, TableDigest here)
    {
        var type = answer.EntityType;
        var bits = BitsFor(Math.Max(answer.Count, here.Count));
        if (answer.BucketBits == 0 && bits > 0)
            return new EntityDigestRequest { EntityType = type, BucketBits = bits };
        IEnumerable<int> differing = answer.BucketBits == 0
            ? [0]
            : Enumerable.Range(0, Math.Min(here.Buckets.Length, answer.BucketDigests.Count))
                .Where(bucket => here.Buckets[bucket] != answer.BucketDigests[bucket]);
        _hopeless.UnionWith(answer.CompleteBuckets.Select(bucket => (type, bucket.Bucket)).Where(one => differing.Contains(one.Bucket)));
        // What is left when an answer brings no rows is too large to be sent.
        if (answer.CompleteBuckets.Count == 0 && _askedForRows.Contains(type))
            return null;
        List<int> buckets = [.. differing.Where(bucket => !_hopeless.Contains((type, bucket))).Take(BucketsPerRound)];
        if (buckets.Count == 0)
            return null;
        _askedForRows.Add(type);
        return new EntityDigestRequest { EntityType = type, BucketBits = answer.BucketBits, Buckets = { buckets } };
    }

    // The power of two that parts so many rows into buckets of about RowsPerBucket.
    private static int BitsFor(long rows) =>
        rows <= RowsPerBucket ? 0 : Math.Min(MaxBits, BitOperations.Log2((ulong)((rows - 1) / RowsPerBucket)) + 1);
}
