using Google.Protobuf;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Verify;

/// <summary>The digest of the server's rows in one table of the store, and the rows of the buckets that are looked into.</summary>
internal sealed class TableDigest
{
    private TableDigest(int bits) => Buckets = new ulong[1 << bits];

    public long Count { get; private set; }

    /// <summary>The digest of all buckets.</summary>
    public ulong Digest { get; private set; }

    public ulong[] Buckets { get; }

    /// <summary>The rows of the wanted buckets; null for one that cannot be read.</summary>
    public Dictionary<RowId, Entity?> Rows { get; } = [];

    /// <param name="connection">The store.</param>
    /// <param name="table">The table.</param>
    /// <param name="bits">How many of the last bits of an id part the rows into buckets.</param>
    /// <param name="wanted">The buckets whose rows are to be kept.</param>
    public static TableDigest Read(StoreConnection connection, RowTable table, int bits, IReadOnlySet<int> wanted)
    {
        var digest = new TableDigest(bits);
        var statement = connection.Prepare($"SELECT id, server FROM {table.Name} WHERE server IS NOT NULL");
        while (statement.Step())
        {
            var id = statement.Id(0);
            var row = TryParse(table, statement.Blob(1));
            digest.Add(id, row, RowDigest.Bucket(id, bits), wanted);
        }

        return digest;
    }

    private void Add(RowId id, Entity? row, int bucket, IReadOnlySet<int> wanted)
    {
        Count++;
        if (row is not null)
        {
            var hash = RowDigest.Of(id, row);
            Digest = unchecked(Digest + hash);
            Buckets[bucket] = unchecked(Buckets[bucket] + hash);
        }

        if (wanted.Contains(bucket))
            Rows.Add(id, row);
    }

    private static Entity? TryParse(RowTable table, ReadOnlySpan<byte> row)
    {
        try
        {
            return table.Parse(row);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
