using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>Makes edits: each checks the rules, queues the operation and changes the row in one transaction.</summary>
internal sealed class EditQueue(LocalStore store, TimeProvider time)
{
    /// <summary>Makes a row.</summary>
    /// <param name="table">The kind of row.</param>
    /// <param name="draft">The row; without an id it gets one. Fields that the server sets are ignored.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>The row as it now looks here.</returns>
    public Task<T> CreateAsync<T>(RowTable<T> table, T draft, CancellationToken cancellationToken)
        where T : class, IMessage<T>, new() =>
        store.WriteAsync(
            transaction =>
            {
                var kind = table.TypedKind;
                var id = kind.GetId(draft) is { Length: > 0 } given ? given : NewId();
                var source = kind.Wrap(draft);
                var operation = NewOperation(OperationKind.Create, kind.CreateEmpty(id));
                foreach (var field in kind.Fields)
                    kind.Copy(field, source, operation.Entity);
                if (RowId.TryParse(id) is { } rowId && table.ReadEffective(transaction.Connection, rowId) is not null)
                    throw new EditRefusedException(ErrorReason.RowExists, $"There is a {table.Name} {id} already.");
                return kind.Unwrap(Queue(transaction, table, operation, before: null, after: operation.Entity)!);
            },
            cancellationToken);

    /// <summary>Changes a row.</summary>
    /// <param name="table">The kind of row.</param>
    /// <param name="id">The row's id.</param>
    /// <param name="edit">Changes a copy of the row. The fields that differ afterwards are the edit.</param>
    /// <param name="policy">What the server does when somebody else changed one of these fields meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>The row as it now looks here.</returns>
    public Task<T> UpdateAsync<T>(
        RowTable<T> table, string id, Action<T> edit, ConflictPolicy policy, CancellationToken cancellationToken)
        where T : class, IMessage<T>, new() =>
        store.WriteAsync(
            transaction =>
            {
                var kind = table.TypedKind;
                var before = Require(transaction.Connection, table, id);
                var after = before.Clone();
                edit(kind.Unwrap(after));
                var changed = kind.Fields.Where(field => !kind.HasSameValue(field, before, after)).ToList();
                ServerFields.RequireUntouched(kind, before, after, changed);
                if (changed.Count == 0)
                    return kind.Unwrap(before);
                if (changed.Except(kind.UpdatableFields).FirstOrDefault() is { } frozen)
                    throw new EditRefusedException([new FieldViolation(frozen, "cannot be changed")]);
                return kind.Unwrap(Queue(transaction, table, NewUpdate(kind, id, before, after, changed, policy), before, after)!);
            },
            cancellationToken);

    /// <summary>Deletes a row for good.</summary>
    public Task DeleteAsync(RowTable table, string id, CancellationToken cancellationToken) =>
        store.WriteAsync(
            transaction =>
            {
                var before = Require(transaction.Connection, table, id);
                var operation = NewOperation(OperationKind.Delete, table.Kind.CreateEmpty(id));
                operation.Seen = before;
                Queue(transaction, table, operation, before, after: null);
            },
            cancellationToken);

    /// <summary>Makes a rejected operation anew, on the row as it now is: another id, another number, at the end.</summary>
    public void Retry(WriteTransaction transaction, QueuedOperation rejected)
    {
        var table = rejected.Table;
        var kind = table.Kind;
        var id = kind.GetId(rejected.Operation.Entity);
        var before = table.ReadEffective(transaction.Connection, rejected.RowId);
        var seen = Latest(before, rejected.ServerRow);
        var operation = rejected.Operation.Clone();
        operation.Id = NewId();
        Entity? after = null;
        if (operation.Kind == OperationKind.Create)
        {
            // What is seen here is the rejected creation itself.
            if (table.ReadServer(transaction.Connection, rejected.RowId) is not null)
                throw new EditRefusedException(ErrorReason.RowExists, $"There is a {table.Name} {id} already.");
            after = operation.Entity;
        }
        else if (before is null)
        {
            throw new RowNotFoundException(table.Name, id);
        }

        if (operation.Kind == OperationKind.Update)
        {
            after = before!.Clone();
            operation.Seen = kind.CreateEmpty(id);
            foreach (var field in operation.UpdateMask.Paths)
            {
                kind.Copy(field, operation.Entity, after);
                kind.Copy(field, seen!, operation.Seen);
            }
        }
        else if (operation.Kind == OperationKind.Delete)
        {
            operation.Seen = seen;
        }

        OutboxTable.Remove(transaction.Connection, rejected.Position);
        Queue(transaction, table, operation, operation.Kind == OperationKind.Create ? null : before, after);
    }

    /// <summary>
    /// Sets the fields of a merged conflict back to the other's values, where this device's still stand, or a later edit of it.
    /// </summary>
    /// <exception cref="RowNotFoundException">The row is gone.</exception>
    /// <exception cref="EditRefusedException">Somebody set all of them anew since: nothing would change.</exception>
    public void SetBack(WriteTransaction transaction, EditConflict merged)
    {
        var table = RowTables.Of((EntityType)(int)merged.Mine.RowCase)!;
        var kind = table.Kind;
        var id = kind.GetId(merged.Mine);
        var before = Require(transaction.Connection, table, id);
        var pending = OutboxTable.Pending(transaction.Connection, table, RowId.Parse(id));
        var differing = merged.Fields.Where(field => !kind.HasSameValue(field, merged.Theirs!, before)).ToList();
        if (differing.Count == 0)
            return; // Theirs stand already.
        var fields = differing.Where(field =>
            kind.HasSameValue(field, merged.Mine, before)
            || pending.Any(entry => entry.Operation.UpdateMask?.Paths.Contains(field) == true)).ToList();
        if (fields.Count == 0)
        {
            throw new EditRefusedException(
                ErrorReason.Conflict,
                $"Somebody has changed {string.Join(", ", differing)} since: neither value stands. Keep yours to dismiss the conflict.");
        }

        var after = before.Clone();
        foreach (var field in fields)
            kind.Copy(field, merged.Theirs!, after);
        Queue(transaction, table, NewUpdate(kind, id, before, after, fields, ConflictPolicy.LastWriteWins), before, after);
    }

    // The newer of the row here and the one that came with the refusal, whose delta may still be on its way: the person
    // who tries again has seen that one.
    private static Entity? Latest(Entity? here, Entity? refusedWith) =>
        here is not null && refusedWith is not null && Settlement.VersionOf(refusedWith) > Settlement.VersionOf(here)
            ? refusedWith
            : here;

    private static Entity Require(StoreConnection connection, RowTable table, string id) =>
        RowId.TryParse(id) is { } rowId && table.ReadEffective(connection, rowId) is { } row
            ? row
            : throw new RowNotFoundException(table.Name, id);

    private Entity? Join(StoreConnection connection, RowTable table, Operation operation, User user, DateTimeOffset now)
    {
        var id = RowId.Parse(table.Kind.GetId(operation.Entity));
        if (OutboxTable.Pending(connection, table, id) is [{ State: OutboxState.Rejected } rejected, ..])
        {
            Correct(connection, rejected, operation, user, now);
        }
        else if (OutboxTable.Pending(connection, table, id) is [.., { State: OutboxState.Queued } earlier]
            && Coalescing.TryJoin(
                earlier.Operation, operation, OutboxTable.IsNewest(connection, earlier.Position), out var joined))
        {
            if (joined is null)
                OutboxTable.Remove(connection, earlier.Position);
            else
                OutboxTable.Rewrite(connection, earlier.Position, joined, now);
        }
        else
        {
            OutboxTable.Append(connection, operation, user.Id, now);
        }

        return RowWriter.Recompute(connection, table, id);
    }

    // An edit of a row whose creation was rejected corrects it: the creation is queued anew with it, as another operation.
    private void Correct(StoreConnection connection, QueuedOperation rejected, Operation edit, User user, DateTimeOffset now)
    {
        var kind = rejected.Table.Kind;
        var corrected = rejected.Operation.Clone();
        corrected.Id = NewId();
        if (edit.Kind == OperationKind.Create)
            corrected.Entity = edit.Entity;
        else if (rejected.Table.ReadEffective(connection, rejected.RowId) is { } shown)
            foreach (var field in kind.Fields)
                kind.Copy(field, shown, corrected.Entity);
        foreach (var field in edit.UpdateMask?.Paths ?? [])
            kind.Copy(field, edit.Entity, corrected.Entity);
        OutboxTable.Remove(connection, rejected.Position);
        if (edit.Kind == OperationKind.Delete)
            return;
        OutboxTable.Append(connection, corrected, user.Id, now);
    }

    private Entity? Queue(WriteTransaction transaction, RowTable table, Operation operation, Entity? before, Entity? after)
    {
        var user = SessionState.RequireUser(transaction.Connection);
        EditChecks.Check(transaction.Connection, user, operation, before, after);
        var row = Join(transaction.Connection, table, operation, user, time.GetUtcNow());
        transaction.Changed(
            table.Type,
            RowId.Parse(table.Kind.GetId(operation.Entity)),
            row is null ? RowChangeKind.Deleted : RowChangeKind.Saved,
            ChangeSource.Device);
        transaction.OutboxChanged();
        return row;
    }

    private Operation NewUpdate(
        EntityKind kind, string id, Entity before, Entity after, List<string> fields, ConflictPolicy policy)
    {
        var operation = NewOperation(OperationKind.Update, kind.CreateEmpty(id));
        operation.Seen = kind.CreateEmpty(id);
        operation.UpdateMask = new FieldMask { Paths = { fields } };
        operation.ConflictPolicy = policy;
        foreach (var field in fields)
        {
            kind.Copy(field, after, operation.Entity);
            kind.Copy(field, before, operation.Seen);
        }

        return operation;
    }

    private Operation NewOperation(OperationKind kind, Entity entity) => new() { Id = NewId(), Kind = kind, Entity = entity };

    private string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("D");
}
