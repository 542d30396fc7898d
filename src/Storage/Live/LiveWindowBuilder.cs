using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Deltas.Wire;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Live;

/// <summary>Gathers what a read found, encoding each change once, as long as it stays within the limits.</summary>
internal sealed class LiveWindowBuilder(LiveWindowOptions options) : IDisposable
{
    private readonly PageBuffer _buffer = new();
    private readonly List<LiveRow> _rows = [];
    private readonly List<LiveRow> _gone = [];
    private readonly HashSet<(EntityType, Guid)> _present = [];
    private readonly ScopeEvents _events = new();
    private int _bytes;
    private int _count;

    public Dictionary<Guid, long> Devices { get; } = [];

    /// <summary>Whether the read found neither a change nor an event.</summary>
    public bool IsEmpty { get; private set; } = true;

    public bool IsFull => _count > options.WindowRows || _bytes > options.WindowBytes;

    /// <summary>A row as it now is.</summary>
    public void Add(EntityTable table, NpgsqlDataReader reader)
    {
        IsEmpty = false;
        var (kind, id) = (table.Kind, reader.GetGuid(0));
        var key = new RowKey(reader.GetDateTime(table.TimeOrdinal), id, TableRank.Of(kind.Type));
        var (audience, route) = kind.Route.Audience switch
        {
            Audience.Everyone => (LiveAudience.Everyone, default(Guid)),
            Audience.Owner => (LiveAudience.OwnersOnly, default),
            _ => (LiveAudience.Routed, reader.GetGuid(table.OrdinalOf(kind.Route.Field))),
        };
        if (kind == EntityKinds.JobAssignment)
            _events.Reassign(reader.GetGuid(table.OrdinalOf("user_id")));
        var bytes = Take(table.Encode(reader, _buffer));
        var redacted = kind == EntityKinds.User ? Redact(table.Read(reader)) : bytes;
        _present.Add((kind.Type, id));
        Count(bytes);
        _rows.Add(new LiveRow(key, kind.Type, id, audience, route, bytes, redacted));
    }

    /// <summary>A tombstone.</summary>
    public void AddTombstone(DateTime deletedAt, Guid id, string entityType, Guid entityId, Guid? jobId, Guid? userId)
    {
        IsEmpty = false;
        switch (entityType)
        {
            case "session":
                _events.EndSession(entityId);
                return;
            case "job_customer":
                _events.MoveJob(entityId);
                return;
            case "job_assignment" when userId is { } worker:
                _events.Reassign(worker);
                break;
            case "user":
                _events.DeleteUser(entityId);
                break;
        }

        if (EntityKinds.Of(entityType) is not { } kind)
            return;
        var bytes = Take(_buffer.Add(new Change
        {
            Deleted = new Deleted
            {
                EntityType = kind.Type,
                EntityId = entityId.ToString(),
                DeletedAt = Timestamp.FromDateTime(deletedAt),
            },
        }));
        var audience = kind.Route switch
        {
            { Audience: Audience.Everyone } => LiveAudience.Everyone,
            { IsOfJob: true } when jobId is not null => LiveAudience.Routed,
            // Whoever had the job was assigned to it, so that its end is the end of an assignment too.
            _ => LiveAudience.OwnersOnly,
        };
        Count(bytes);
        _gone.Add(new LiveRow(new RowKey(deletedAt, id, 0), kind.Type, entityId, audience, jobId ?? default, bytes, bytes));
    }

    public LiveWindow Build(LivePosition from, LivePosition to, KindSet kinds)
    {
        // A row that was made again is no deletion: what it is now is in this very window.
        _gone.RemoveAll(gone => _present.Contains((gone.Type, gone.EntityId)));
        return new LiveWindow(from, to, kinds, [.. _rows, .. _gone], _events, Devices);
    }

    public void Dispose() => _buffer.Dispose();

    private void Count(byte[] bytes)
    {
        _count++;
        _bytes += bytes.Length;
    }

    private byte[] Redact(Entity entity)
    {
        _events.ChangeUser(entity.User);
        Redaction.Apply(entity.User, readerId: Guid.Empty, Role.Worker);
        return Take(_buffer.Add(new Change { Entity = entity }));
    }

    // A change lives as long as a stream needs it, the buffer only as long as the read.
    private byte[] Take(PageSlot slot)
    {
        var bytes = _buffer[slot].ToArray();
        _buffer.Clear();
        return bytes;
    }
}
