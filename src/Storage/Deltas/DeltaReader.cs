using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Kinds;
using KhsCrm.Storage.Digests;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Reads deltas (DESIGN §4). A snapshot says what is in a window; <c>updated_at</c> says in which order it is sent. Each
/// read is one round trip in one short <c>REPEATABLE READ</c> transaction. A window of more than a page is sent in keyset
/// pages, and then its own successor is read: the first window that fits into one read ends at a checkpoint, because all
/// of it was seen in one snapshot after the last page.
/// </summary>
public sealed class DeltaReader(NpgsqlDataSource dataSource, IOptions<DeltaOptions> options)
{
    private readonly DeltaOptions _options = options.Value;

    /// <summary>Reads the next delta.</summary>
    /// <param name="scope">Whose delta, of what.</param>
    /// <param name="cursor">Where the caller stands; empty for everything.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>A delta to send, possibly empty; or why the cursor is of no use.</returns>
    public async Task<DeltaResult> ReadAsync(DeltaScope scope, ReadOnlyMemory<byte> cursor, CancellationToken cancellationToken)
    {
        var cursorScope = scope.ToCursorScope();
        var position = cursor.IsEmpty ? null : Cursor.Parse(cursor);
        if (!cursor.IsEmpty && position?.Scope != cursorScope)
        {
            return DeltaResult.Of(position?.Scope.UserId == scope.UserId && position.Scope.Role != scope.Role
                ? ResyncReason.RoleChanged
                : ResyncReason.CursorInvalid);
        }

        var query = new WindowQuery(cursorScope, position?.Base, position?.Target, position?.Last, _options.PageSize + 1);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var digests = DigestQuery.For(scope, cursorScope, position);
        await using var batch = CreateBatch(connection, scope, cursorScope, position, query, digests, out var tables);
        var page = new DeltaPage(_options);
        IReadOnlyList<EntityDigest> digested = [];
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            var header = WindowHeader.Read(reader);
            if (FindResync(scope, position, header) is var reason and not ResyncReason.Unspecified)
                return DeltaResult.Of(reason);
            await ReadChangesAsync(reader, page, scope, position, tables, cancellationToken);
            page.Header = header;
            if (digests is not null)
                digested = await digests.ReadAsync(reader, cancellationToken);
        }

        var delta = page.Cut(out var last);
        var next = last is null
            ? EndWindow(cursorScope, position, page.Header, delta)
            : await ContinueWindowAsync(connection, query, tables, cursorScope, position, page.Header, last.Value, delta, cancellationToken);
        if (delta.Checkpoint)
            delta.Digests.AddRange(digested);
        delta.Cursor = UnsafeByteOperations.UnsafeWrap(next.ToBytes());
        return DeltaResult.Of(delta);
    }

    private static NpgsqlBatch CreateBatch(
        NpgsqlConnection connection,
        DeltaScope scope,
        CursorScope cursorScope,
        Cursor? position,
        WindowQuery query,
        DigestQuery? digests,
        out List<EntityTable> tables)
    {
        tables = [.. EntityTables.All.Where(table => cursorScope.Includes(table.Kind.Type))];
        var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        batch.BatchCommands.Add(WindowHeader.Command(scope));
        if (HasWithdrawals(scope, position))
            batch.BatchCommands.Add(query.Withdrawals());
        if (HasTombstones(position))
            batch.BatchCommands.Add(query.Tombstones());
        foreach (var table in tables)
            batch.BatchCommands.Add(query.Rows(table));
        digests?.AddTo(batch);
        batch.BatchCommands.Add(new("COMMIT"));
        return batch;
    }

    // A device that has nothing has nothing to lose; what was withdrawn goes out with a window's first page.
    private static bool HasTombstones(Cursor? position) => position?.Base is not null;

    private static bool HasWithdrawals(DeltaScope scope, Cursor? position) =>
        HasTombstones(position) && !position!.IsInsideWindow && scope.Role != Role.Owner;

    private ResyncReason FindResync(DeltaScope scope, Cursor? position, WindowHeader header)
    {
        if (header.Role != scope.Role)
            return ResyncReason.RoleChanged;
        if (position is null)
            return ResyncReason.Unspecified;
        if (position.Database != header.Database)
            return ResyncReason.DatabaseRestored;
        return header.Now - position.TakenAt > _options.TombstoneRetention
            ? ResyncReason.CursorTooOld
            : ResyncReason.Unspecified;
    }

    private static async Task ReadChangesAsync(
        NpgsqlDataReader reader,
        DeltaPage page,
        DeltaScope scope,
        Cursor? position,
        List<EntityTable> tables,
        CancellationToken cancellationToken)
    {
        if (HasWithdrawals(scope, position))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                page.AddWithdrawn(EntityKinds.Of(reader.GetString(0))!.Type, reader.GetGuid(1));
        }

        if (HasTombstones(position))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var deletedAt = reader.GetDateTime(0);
                page.Add(new RowKey(deletedAt, reader.GetGuid(1), 0), new Change
                {
                    Deleted = new Deleted
                    {
                        EntityType = EntityKinds.Of(reader.GetString(2))!.Type,
                        EntityId = reader.GetGuid(3).ToString(),
                        DeletedAt = Timestamp.FromDateTime(deletedAt),
                    },
                });
            }
        }

        foreach (var table in tables)
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var entity = table.Read(reader, firstOrdinal: 1);
                Redaction.Apply(entity, scope);
                var key = new RowKey(reader.GetDateTime(0), reader.GetGuid(1), (int)table.Kind.Type);
                page.Add(key, new Change { Entity = entity });
            }
        }
    }

    private static Cursor EndWindow(CursorScope scope, Cursor? position, WindowHeader header, Delta delta)
    {
        var sent = (position?.Sent ?? 0) + delta.Changes.Count;
        delta.Progress = new Progress { Sent = sent, EstimatedTotal = Math.Max(position?.Total ?? 0, sent) };
        if (position is { IsInsideWindow: true })
        {
            // The last page of a window. Rows that changed while it was paged are in the next one: no checkpoint yet.
            return position with { Base = position.Target, Target = null, Last = null, Sent = sent };
        }

        delta.Checkpoint = true;
        delta.LastClientSeq = header.LastClientSeq;
        return new Cursor(scope, header.Database, header.Now, header.Snapshot, null, null, 0, 0);
    }

    private static async Task<Cursor> ContinueWindowAsync(
        NpgsqlConnection connection,
        WindowQuery query,
        List<EntityTable> tables,
        CursorScope scope,
        Cursor? position,
        WindowHeader header,
        RowKey last,
        Delta delta,
        CancellationToken cancellationToken)
    {
        var sent = (position?.Sent ?? 0) + delta.Changes.Count;
        var total = position is { IsInsideWindow: true }
            ? position.Total
            : (position?.Sent ?? 0) + await CountAsync(connection, query, tables, cancellationToken);
        delta.Progress = new Progress { Sent = sent, EstimatedTotal = Math.Max(total, sent) };
        return new Cursor(
            scope,
            header.Database,
            position?.TakenAt ?? header.Now,
            position?.Base,
            position?.Target ?? header.Snapshot,
            last,
            sent,
            total);
    }

    private static async Task<long> CountAsync(
        NpgsqlConnection connection, WindowQuery query, List<EntityTable> tables, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        foreach (var table in tables)
            batch.BatchCommands.Add(query.Count(table));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        long total = 0;
        do
        {
            while (await reader.ReadAsync(cancellationToken))
                total += reader.GetInt64(0);
        }
        while (await reader.NextResultAsync(cancellationToken));
        return total;
    }
}
