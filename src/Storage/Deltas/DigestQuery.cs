using System.Numerics;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Digests what a device's scope holds, in the snapshot of the checkpoint that carries the answer, so that nothing which
/// is written meanwhile shows as a difference. The digest is a sum: in any order, on any side, the same.
/// </summary>
internal sealed class DigestQuery
{
    // What a delta carries of rows on request, beside the changes of a page: both fit into gRPC's default of 4 MiB.
    private const int MaxRowBytes = 1_048_576;

    private readonly DeltaScope _scope;
    private readonly WindowQuery _everything;
    private readonly List<(EntityTable Table, EntityDigestRequest Request)> _parts;

    private DigestQuery(DeltaScope scope, KindSet kinds, DigestRequest request, DeltaOptions options)
    {
        _scope = scope;
        _everything = WindowQuery.OfEverything(scope.Reader, kinds, options);
        var tables = EntityTables.All.Where(table => CanDigest(table.Kind.Type) && kinds.Contains(table.Kind.Type));
        _parts = request.Entities.Count == 0
            ? [.. tables.Select(table => (table, new EntityDigestRequest { EntityType = table.Kind.Type }))]
            : [.. tables.Join(request.Entities, table => table.Kind.Type, asked => asked.EntityType, (table, asked) => (table, asked))];
    }

    /// <summary>The digests that a read is to bring; null when none are asked for, or it cannot end at a checkpoint.</summary>
    public static DigestQuery? For(DeltaScope scope, KindSet kinds, Cursor? position, DeltaOptions options) =>
        scope.Digests is { } request && position is { IsInsideWindow: false } ? new(scope, kinds, request, options) : null;

    /// <summary>Whether rows of a kind are digested: old entries of the audit trail leave by themselves.</summary>
    public static bool CanDigest(EntityType type) => type != EntityType.ActivityLog;

    public void AddTo(NpgsqlBatch batch)
    {
        foreach (var (table, request) in _parts)
        {
            batch.BatchCommands.Add(Digests(table, request));
            if (request.Buckets.Count > 0)
                batch.BatchCommands.Add(Rows(table, request));
        }
    }

    /// <summary>Reads the answers, each from the next result of the batch on.</summary>
    public async Task<IReadOnlyList<EntityDigest>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        List<EntityDigest> digests = [];
        foreach (var (table, request) in _parts)
        {
            await reader.NextResultAsync(cancellationToken);
            var digest = await ReadDigestsAsync(reader, request, cancellationToken);
            digests.Add(digest);
            if (request.Buckets.Count == 0)
                continue;
            await reader.NextResultAsync(cancellationToken);
            await ReadRowsAsync(reader, table, request, digest, cancellationToken);
        }

        return digests;
    }

    private NpgsqlBatchCommand Digests(EntityTable table, EntityDigestRequest request)
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = $"""
            SELECT bucket, count(*), sum(hash) FROM (
                SELECT {Bucket(request)} AS bucket,
                    ('x' || left(md5(uuid_send(t.id) || timestamptz_send(t.{table.TimeColumn})), 16))::bit(64)::bigint AS hash
                FROM {table.Name} t WHERE {_everything.IsInScope(table, command)}) d
            GROUP BY bucket
            """;
        return command;
    }

    private NpgsqlBatchCommand Rows(EntityTable table, EntityDigestRequest request)
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = $"""
            SELECT {Bucket(request)} AS bucket, {table.SelectList} FROM {table.Name} t
            WHERE {_everything.IsInScope(table, command)} AND {Bucket(request)} = ANY(${command.Parameters.Count + 1}) ORDER BY 1
            """;
        command.Parameters.Add(new NpgsqlParameter<int[]>
        {
            TypedValue = [.. request.Buckets],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
        });
        return command;
    }

    // The last bytes of an id: the first are the time in a UUIDv7, and alike for what was made together.
    private static string Bucket(EntityDigestRequest request) => request.BucketBits == 0
        ? "0"
        : $"((get_byte(uuid_send(t.id), 14) << 8) | get_byte(uuid_send(t.id), 15)) & {(1 << request.BucketBits) - 1}";

    private static async Task<EntityDigest> ReadDigestsAsync(
        NpgsqlDataReader reader, EntityDigestRequest request, CancellationToken cancellationToken)
    {
        var digest = new EntityDigest { EntityType = request.EntityType, BucketBits = request.BucketBits };
        var buckets = new ulong[request.BucketBits == 0 ? 0 : 1 << request.BucketBits];
        while (await reader.ReadAsync(cancellationToken))
        {
            var sum = (ulong)(new BigInteger(reader.GetDecimal(2)) & ulong.MaxValue);
            digest.Count += reader.GetInt64(1);
            digest.Digest = unchecked(digest.Digest + sum);
            if (buckets.Length > 0)
                buckets[reader.GetInt32(0)] = sum;
        }

        digest.BucketDigests.AddRange(buckets);
        return digest;
    }

    private async Task ReadRowsAsync(
        NpgsqlDataReader reader,
        EntityTable table,
        EntityDigestRequest request,
        EntityDigest digest,
        CancellationToken cancellationToken)
    {
        // A bucket without rows here is complete too: the device has some to give up.
        var buckets = request.Buckets.Distinct().ToDictionary(bucket => bucket, bucket => new DigestBucket { Bucket = bucket });
        int? last = null;
        var (sent, size) = (0, 0);
        while (await reader.ReadAsync(cancellationToken))
        {
            var number = reader.GetInt32(0);
            if (number != last)
                (last, sent, size) = (number, sent + size, 0);
            // One that has no room is left out and not held: whole buckets, or nothing of them.
            if (!buckets.TryGetValue(number, out var bucket))
                continue;
            var row = table.Read(reader, firstOrdinal: 1);
            Redaction.Apply(row, _scope);
            bucket.Rows.Add(row);
            size += row.CalculateSize();
            if (sent + size <= MaxRowBytes)
                continue;
            buckets.Remove(number);
            size = 0;
        }

        digest.CompleteBuckets.AddRange(buckets.Values);
    }
}
