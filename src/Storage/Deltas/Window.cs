using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>What a device lacks from its cursor on, to be read page by page.</summary>
internal sealed class Window
{
    private readonly DigestQuery? _digests;

    public Window(DeltaScope scope, Cursor? position, DeltaOptions options)
    {
        (Scope, Position) = (scope, position?.Narrow(scope.ToKinds(options)));
        // A window goes on with its own kinds: one that is wanted since comes after it.
        Kinds = Position is { IsInsideWindow: true } inside ? inside.Reading : scope.ToKinds(options);
        BegunAnew = Position is { IsInsideWindow: false, Base: not null } held
            ? KindSet.Of(Kinds.ToTypes().Where(type => held.StartOf(type) is null))
            : default;
        Tables = [.. EntityTables.All.Where(table => Kinds.Contains(table.Kind.Type))];
        Query = new WindowQuery(new WindowRange(scope.Reader, Kinds, Position), options);
        _digests = DigestQuery.For(scope, Kinds, Position, options);
    }

    public DeltaScope Scope { get; }

    public Cursor? Position { get; }

    /// <summary>The kinds that the window brings.</summary>
    public KindSet Kinds { get; }

    /// <summary>Those of them that begin anew, beside others that the device holds.</summary>
    public KindSet BegunAnew { get; }

    /// <summary>Those that began anew in this catch-up, up to this window.</summary>
    public KindSet Anew => (Position?.Anew ?? default).Union(BegunAnew);

    /// <summary>Which kinds the device holds, once the window has ended in the read that began it.</summary>
    public HeldKinds HeldAtEnd => (Position?.Held ?? HeldKinds.None).Advance(Kinds, Position?.Base, Position?.TakenAt ?? default);

    /// <summary>The kinds whose deletions since the device had them may be forgotten.</summary>
    public KindSet OlderThan(DateTime oldest) => KindSet.Of(
        Kinds.ToTypes().Where(type => Position?.Held.Find(type) is { } behind && behind.TakenAt < oldest));

    public IReadOnlyList<EntityTable> Tables { get; }

    public WindowQuery Query { get; }

    // A live stream begins only at a checkpoint, which no read inside a window is.
    private bool MayEndAtCheckpoint => Position is not { IsInsideWindow: true };

    private bool ReadsJobs => MayEndAtCheckpoint && Scope.Role != Role.Owner;

    /// <summary>Reads a page in one round trip and one transaction.</summary>
    public async Task<WindowRead> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        batch.BatchCommands.Add(WindowHeader.Command(Scope));
        // Read in the order of the index: to sort the whole table anew for each page only looks cheaper to the planner. And
        // by a plan that any page can have: where a stretch begins makes no difference.
        if (Query.IsStretch)
            batch.BatchCommands.Add(new("SELECT set_config('enable_sort', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)"));
        batch.BatchCommands.Add(Query.Keys(Tables));
        if (Query.HasTombstones)
            batch.BatchCommands.Add(WindowQuery.Tombstones());
        foreach (var table in Tables)
            batch.BatchCommands.Add(Query.Rows(table));
        _digests?.AddTo(batch);
        if (ReadsJobs)
            batch.BatchCommands.Add(WorkerJobs.Command(Scope.UserId));
        batch.BatchCommands.Add(Proof.Command());
        batch.BatchCommands.Add(new("COMMIT"));

        using var commit = new CommitWatch(connection);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var header = WindowHeader.Read(reader);
        await reader.NextResultAsync(cancellationToken);
        if (Query.IsStretch)
            await reader.NextResultAsync(cancellationToken);
        var page = new DeltaPage();
        try
        {
            var isCut = await ReadKeysAsync(reader, page, cancellationToken);
            if (Query.HasTombstones)
                await ReadTombstonesAsync(reader, page, cancellationToken);
            foreach (var table in Tables)
                await ReadRowsAsync(reader, page, table, cancellationToken);
            page.Complete(isCut);
            var digests = _digests is null ? [] : await _digests.ReadAsync(reader, cancellationToken);
            var jobs = MayEndAtCheckpoint ? await ReadJobsAsync(reader, cancellationToken) : null;
            await Proof.ReadToEndAsync(reader, cancellationToken);
            commit.ThrowIfUnconfirmed();
            return new WindowRead(header, page, digests, jobs);
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    private async Task<WorkerJobs> ReadJobsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!ReadsJobs)
            return WorkerJobs.None;
        await reader.NextResultAsync(cancellationToken);
        return await WorkerJobs.ReadAsync(reader, cancellationToken);
    }

    // What was withdrawn has no row to come: its key says all. The others' keys stay in the database.
    private static async Task<bool> ReadKeysAsync(NpgsqlDataReader reader, DeltaPage page, CancellationToken cancellationToken)
    {
        var isCut = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            var rank = reader.GetInt32(0);
            isCut |= reader.GetBoolean(1);
            if (reader.IsDBNull(2))
                continue;
            foreach (var id in reader.GetFieldValue<Guid[]>(2))
            {
                page.Add(new RowKey(DateTime.MinValue, id, rank), new Change
                {
                    Withdrawn = new Withdrawn { EntityType = (EntityType)(-rank), EntityId = id.ToString() },
                });
            }
        }

        return isCut;
    }

    private static async Task ReadTombstonesAsync(
        NpgsqlDataReader reader, DeltaPage page, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var deletedAt = reader.GetDateTime(3);
            page.Add(new RowKey(deletedAt, reader.GetGuid(0), TableRank.Tombstones), new Change
            {
                Deleted = new Deleted
                {
                    EntityType = EntityKinds.Of(reader.GetString(1))!.Type,
                    EntityId = reader.GetGuid(2).ToString(),
                    DeletedAt = Timestamp.FromDateTime(deletedAt),
                },
            });
        }
    }

    private async Task ReadRowsAsync(
        NpgsqlDataReader reader, DeltaPage page, EntityTable table, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        var (rank, time) = (TableRank.Of(table.Kind.Type), table.TimeOrdinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = new RowKey(reader.GetDateTime(time), reader.GetGuid(0), rank);
            if (table.Kind.Type == EntityType.User && Scope.Role != Role.Owner)
                page.Add(key, new Change { Entity = Redacted(table.Read(reader)) });
            else
                page.Add(key, table, reader);
        }
    }

    private Entity Redacted(Entity entity)
    {
        Redaction.Apply(entity, Scope);
        return entity;
    }
}
