using Google.Protobuf;
using KhsCrm.Storage.Durability;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Reads deltas (DESIGN §4). A snapshot says what is in a window; <c>updated_at</c> says in which order it is sent. Each
/// read is one round trip in one short <c>REPEATABLE READ</c> transaction. A window of more than a page is sent in keyset
/// pages, and then its own successor is read: the first window that fits into one read ends at a checkpoint, because all
/// of it was seen in one snapshot after the last page.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="options">How deltas are cut.</param>
/// <param name="replica">A standby that takes over pages; null for none.</param>
/// <param name="firstSyncs">Connections to the same database for owners' first syncs, which keep their statements; null for none.</param>
public sealed class DeltaReader(
    NpgsqlDataSource dataSource,
    IOptions<DeltaOptions> options,
    ReadReplica? replica = null,
    [FromKeyedServices(DataSources.FirstSync)] NpgsqlDataSource? firstSyncs = null)
{
    private readonly DeltaOptions _options = options.Value;
    private readonly Timelines _timelines = new(dataSource);

    /// <summary>Reads the next delta.</summary>
    /// <param name="scope">Whose delta, of what.</param>
    /// <param name="cursor">Where the caller stands; empty for everything.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>A delta to send, possibly empty; or why the cursor is of no use.</returns>
    public async Task<DeltaResult> ReadAsync(DeltaScope scope, ReadOnlyMemory<byte> cursor, CancellationToken cancellationToken)
    {
        var result = await ReadEncodedAsync(scope, cursor, cancellationToken);
        using var delta = result.Delta;
        return new DeltaResult(delta?.ToDelta(), result.Resync);
    }

    /// <summary>Reads the next delta as the bytes that go over the wire.</summary>
    /// <param name="scope">Whose delta, of what.</param>
    /// <param name="cursor">Where the caller stands; empty for everything.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>A delta to send, possibly empty; or why the cursor is of no use.</returns>
    public async Task<EncodedDeltaResult> ReadEncodedAsync(
        DeltaScope scope, ReadOnlyMemory<byte> cursor, CancellationToken cancellationToken)
    {
        var position = cursor.IsEmpty ? null : Cursor.Parse(cursor);
        if (!cursor.IsEmpty && position?.Scope != scope.Reader)
        {
            return EncodedDeltaResult.Of(position?.Scope.UserId == scope.UserId && position.Scope.Role != scope.Role
                ? ResyncReason.RoleChanged
                : ResyncReason.CursorInvalid);
        }

        while (true)
        {
            var window = new Window(scope, position, _options);
            if (!window.BegunAnew.IsEmpty && !scope.TakesKindsAnew)
                return EncodedDeltaResult.Of(ResyncReason.CursorInvalid);
            var (read, isFromReplica) = await ReadAsync(window, cancellationToken);
            if (await FindResyncAsync(window, read.Header, isFromReplica, cancellationToken) is var reason and not ResyncReason.Unspecified)
            {
                read.Page.Dispose();
                return EncodedDeltaResult.Of(reason);
            }

            if (window.OlderThan(read.Header.Now - _options.TombstoneRetention) is { IsEmpty: false } forgotten)
            {
                // These begin anew, and the others go on.
                read.Page.Dispose();
                position = position!.Without(forgotten);
                continue;
            }

            return await FinishAsync(window, read, cancellationToken);
        }
    }

    private async Task<(WindowRead Read, bool IsFromReplica)> ReadAsync(Window window, CancellationToken cancellationToken)
    {
        if (replica is not null && await replica.TryReadAsync(window, cancellationToken) is { } read)
            return (read, true);
        do
        {
            var connections = window.Query.IsStretch ? firstSyncs ?? dataSource : dataSource;
            read = await connections.UseAsync(connection => window.ReadAsync(connection, cancellationToken), cancellationToken);
        }
        // Nothing is cut on a timeline before it is on record: the rows of a restored dump are stamped anew first.
        while (await _timelines.RecordAsync(read.Header, cancellationToken));
        return (read, false);
    }

    private async Task<EncodedDeltaResult> FinishAsync(Window window, WindowRead read, CancellationToken cancellationToken)
    {
        var delta = new Delta();
        delta.BegunAnew.AddRange(window.BegunAnew.ToTypes());
        var next = read.Page.Last is { } last
            ? await ContinueWindowAsync(window, read, last, delta, cancellationToken)
            : EndWindow(window, read, delta);
        delta.Cursor = UnsafeByteOperations.UnsafeWrap(next.ToBytes());
        return EncodedDeltaResult.Of(new EncodedDelta(read.Page, delta, next, read.Jobs));
    }

    private async ValueTask<ResyncReason> FindResyncAsync(
        Window window, WindowHeader header, bool isFromReplica, CancellationToken cancellationToken)
    {
        if (header.Role != window.Scope.Role)
            return ResyncReason.RoleChanged;
        if (window.Position is not { } position)
            return ResyncReason.Unspecified;
        if (!isFromReplica && !await _timelines.IsPastOfAsync(header, position, cancellationToken))
            return ResyncReason.DatabaseRestored;
        return header.Now - position.TakenAt > _options.TombstoneRetention
            ? ResyncReason.CursorTooOld
            : ResyncReason.Unspecified;
    }

    private static Cursor EndWindow(Window window, WindowRead read, Delta delta)
    {
        var header = read.Header;
        var position = window.Position;
        var sent = (position?.Sent ?? 0) + read.Page.Count;
        delta.Progress = new Progress { Sent = sent, EstimatedTotal = Math.Max(position?.Total ?? 0, sent) };
        if (position is { IsInsideWindow: true })
        {
            // The last page of a window. Rows that changed while it was paged are in the next one: no checkpoint yet.
            return position.EndWindow() with { Sent = sent };
        }

        delta.Checkpoint = true;
        delta.LastClientSeq = header.LastClientSeq;
        delta.Digests.AddRange(read.Digests);
        delta.CompletedAnew.AddRange(window.Anew.ToTypes());
        return new Cursor(window.Scope.Reader, window.HeldAtEnd, header.Database, header.Position, header.Now, header.Snapshot);
    }

    private async Task<Cursor> ContinueWindowAsync(
        Window window, WindowRead read, RowKey last, Delta delta, CancellationToken cancellationToken)
    {
        var header = read.Header;
        var position = window.Position;
        var sent = (position?.Sent ?? 0) + read.Page.Count;
        if (position is { IsInsideWindow: true })
        {
            delta.Progress = new Progress { Sent = sent, EstimatedTotal = Math.Max(position.Total, sent) };
            return position with { Last = last, Sent = sent };
        }

        var total = (position?.Sent ?? 0) + await CountAsync(window, cancellationToken);
        delta.Progress = new Progress { Sent = sent, EstimatedTotal = Math.Max(total, sent) };
        return new Cursor(
            window.Scope.Reader,
            position?.Held ?? HeldKinds.None,
            header.Database,
            header.Position,
            position?.TakenAt ?? header.Now,
            position?.Base,
            header.Snapshot,
            last,
            window.Kinds,
            window.Anew,
            sent,
            total);
    }

    private async Task<long> CountAsync(Window window, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        foreach (var table in window.Tables)
            batch.BatchCommands.Add(window.Query.Count(table));
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
