using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Rules;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Decides what each operation of one caller becomes, one after the other, against the rows as the ones before leave them.
/// Nothing is written here: the outcome is results and what is added to the <see cref="WritePlan"/>, which the callers of a
/// group share.
/// </summary>
/// <param name="actor">The caller.</param>
/// <param name="role">Their role, as the database knows it.</param>
/// <param name="state">The rows.</param>
/// <param name="plan">Takes the writes.</param>
/// <param name="now">The time of the group.</param>
/// <param name="mayDefer">Whether an operation may wait for a row that has not arrived; a typed RPC may not.</param>
internal sealed class OperationPlanner(
    Actor actor, Role role, BatchState state, WritePlan plan, DateTime now, bool mayDefer)
{
    private readonly string _actorId = actor.UserId.ToString();
    private readonly Timestamp _now = Timestamp.FromDateTime(DateTime.SpecifyKind(now, DateTimeKind.Utc));

    public void Decide(PlannedOperation planned)
    {
        var operation = planned.Operation;
        var table = EntityTables.Of(EntityKinds.Of(operation.Entity)!);
        var id = Guid.Parse(table.Kind.GetId(operation.Entity));
        planned.ShownRow = (table.Kind.Type, id);
        var current = state.Find(table.Kind.Type, id);
        if (mayDefer && state.FindWaitingBefore((table.Kind.Type, id, actor.UserId), planned.Place) is { } waitsFor)
        {
            var reason = new FieldViolation("id", $"names a {table.Kind.Name} that waits itself", ErrorReason.ReferenceNotFound);
            Defer(planned, table, id, Rejection.Of([reason]), waitsFor);
        }
        else if (operation.Kind == OperationKind.Create)
            DecideCreate(planned, table, id, current);
        else if (current is null && state.IsDeleted(table.Kind.Type, id))
            RejectDeleted(planned, table, id, $"the {table.Kind.Name} was deleted");
        else if (current is null)
            planned.Reject(ErrorReason.RowNotFound, $"the {table.Kind.Name} does not exist");
        else if (!IsInScope(current))
            planned.Reject(ErrorReason.NotPermitted, $"you are not assigned to the job of this {table.Kind.Name}");
        else if (planned.SeenVersion is { } seen && !seen.Equals(table.Kind.GetVersion(current)))
            planned.Reject(ErrorReason.Conflict, $"the {table.Kind.Name} changed meanwhile");
        else if (operation.Kind == OperationKind.Update)
            DecideUpdate(planned, table, id, current);
        else
            DecideDelete(planned, table, id, current);
    }

    /// <summary>Whether the actor may see a row: what a result shows is bound by the same scope as a delta.</summary>
    public bool MaySee(Entity row) => IsInScope(row);

    private static void RejectDeleted(PlannedOperation planned, EntityTable table, Guid id, string message)
    {
        planned.Reject(ErrorReason.RowDeleted, message);
        planned.DeletedRow = (table.Kind.Type, id);
    }

    private void DecideCreate(PlannedOperation planned, EntityTable table, Guid id, Entity? current)
    {
        var row = planned.Operation.Entity.Clone();
        if (current is not null)
            planned.Reject(ErrorReason.RowExists, $"a {table.Kind.Name} with this id exists");
        else if (state.IsDeleted(table.Kind.Type, id))
            RejectDeleted(planned, table, id, $"the {table.Kind.Name} was deleted and does not come back");
        else if (FindMissingReference(table.Kind, before: null, row) is { } missing)
            Miss(planned, table, id, missing);
        else if (EntityRules.CheckWhole(row) is { } broken)
            planned.Reject(Rejection.Of([broken]));
        else if (!IsInScope(row))
            Exclude(planned, table, id, row);
        else if (FindTaken(row, id) is { } taken)
            planned.Reject(ErrorReason.RowExists, taken);
        else
        {
            table.Kind.SetServiceFields(row, before: null, _actorId, _now);
            if (planned.PasswordHash is not null)
                state.AddSignIn(id);
            Write(planned, WriteKind.Insert, table, id, row);
        }
    }

    private void DecideUpdate(PlannedOperation planned, EntityTable table, Guid id, Entity current)
    {
        var operation = planned.Operation;
        var row = current.Clone();
        var merge = FieldMerge.Apply(table.Kind, operation, current, row);
        planned.Result.ConflictingFields.Add(merge.Conflicting);
        if (merge.Conflicting.Count > 0 && operation.ConflictPolicy == ConflictPolicy.Reject)
        {
            planned.Reject(ErrorReason.Conflict, $"{string.Join(", ", merge.Conflicting)} changed meanwhile");
            planned.Result.ConflictingFields.Add(merge.Conflicting);
            return;
        }

        if (!merge.IsChanged)
        {
            planned.Result.Outcome = OperationOutcome.Applied;
            return;
        }

        if (CheckTransition(current, row) is { } status)
            planned.Reject(status);
        else if (EntityRules.CheckWhole(row) is { } broken)
            planned.Reject(Rejection.Of([broken]));
        else if (FindMissingReference(table.Kind, current, row) is { } missing)
            Miss(planned, table, id, missing);
        else if (FindTaken(row, id) is { } taken)
            planned.Reject(ErrorReason.RowExists, taken);
        else if (LosesLastOwner(row, id))
            planned.Reject(ErrorReason.LastOwner, "the last active owner cannot be deactivated or made a worker");
        else
        {
            table.Kind.SetServiceFields(row, current, _actorId, _now);
            if (merge.Conflicting.Count > 0)
                planned.Result.Overwritten = merge.Overwritten;
            Write(planned, WriteKind.Update, table, id, row);
        }
    }

    private void DecideDelete(PlannedOperation planned, EntityTable table, Guid id, Entity current)
    {
        var operation = planned.Operation;
        List<string> conflicting = operation.Seen is null
            ? []
            : [.. table.Kind.Fields.Where(field => !table.Kind.HasSameValue(field, operation.Seen, current))];
        // A delete never silently takes an edit with it: the device saw the last version, or says that it does not care.
        if (conflicting.Count > 0 && operation.ConflictPolicy != ConflictPolicy.LastWriteWins)
        {
            planned.Reject(ErrorReason.Conflict, $"{string.Join(", ", conflicting)} changed meanwhile");
            planned.Result.ConflictingFields.Add(conflicting);
            return;
        }

        planned.Result.ConflictingFields.Add(conflicting);
        if (conflicting.Count > 0)
            planned.Result.Overwritten = current.Clone();
        Write(planned, WriteKind.Delete, table, id, current);
    }

    private void Write(PlannedOperation planned, WriteKind kind, EntityTable table, Guid id, Entity row)
    {
        planned.Result.Outcome = planned.Result.ConflictingFields.Count > 0
            ? OperationOutcome.Merged
            : OperationOutcome.Applied;
        plan.Add(kind, table, id, row, actor.UserId);
        if (kind == WriteKind.Delete)
            state.Remove(table, id);
        else
            state.Set(table, id, row);
    }

    private bool IsInScope(Entity row) =>
        role == Role.Owner
        || (EntityKinds.Of(row) is { Route.Audience: Audience.Job } kind && state.IsAssigned(kind.GetRouteId(row)!, actor.UserId));

    private (EntityType Type, string Id, FieldViolation Violation)? FindMissingReference(EntityKind kind, Entity? before, Entity row)
    {
        foreach (var (field, type) in kind.References)
        {
            if (before is not null && kind.HasSameValue(field, before, row))
                continue;
            if (kind.GetId(row, field) is { } id && !state.Exists(type, id))
                return (type, id, new(field, $"names a {EntityKinds.Of(type)!.Name} that does not exist", ErrorReason.ReferenceNotFound));
        }

        return null;
    }

    // A customer or a job may still come from another device, unless it was here and is gone. Users come from no device.
    private void Miss(
        PlannedOperation planned, EntityTable table, Guid id, (EntityType Type, string Id, FieldViolation Violation) missing)
    {
        var status = Rejection.Of([missing.Violation]);
        var parent = Guid.Parse(missing.Id);
        if (mayDefer && missing.Type != EntityType.User && !state.IsDeleted(missing.Type, parent))
            Defer(planned, table, id, status, parent);
        else
            planned.Reject(status);
    }

    // What is new is refused at once (DESIGN §8). What waited for the job waits on for the assignment: the two may come in
    // different batches, and which of them this operation finds is nobody's doing.
    private void Exclude(PlannedOperation planned, EntityTable table, Guid id, Entity row)
    {
        var status = Rejection.Of(ErrorReason.NotPermitted, "you are not assigned to this job");
        if (mayDefer && planned.HasWaited && table.Kind.Route.IsOfJob)
            Defer(planned, table, id, status, Guid.Parse(table.Kind.GetRouteId(row)!));
        else
            planned.Reject(status);
    }

    private void Defer(PlannedOperation planned, EntityTable table, Guid id, Google.Rpc.Status status, Guid waitsFor)
    {
        if (planned.IsLastTry)
        {
            planned.Reject(status);
            return;
        }

        planned.Defer(status, waitsFor);
        state.AddWaiting((table.Kind.Type, id, actor.UserId), planned.Place, waitsFor);
    }

    private string? FindTaken(Entity row, Guid id) => row switch
    {
        { JobAssignment: { } assignment } when state.IsAssigned(assignment.JobId, Guid.Parse(assignment.UserId)) =>
            "this user is assigned to this job already",
        { User: { } user } when state.IsEmailTaken(user.Email, byOtherThan: id) => "email is another user's",
        _ => null,
    };

    private Google.Rpc.Status? CheckTransition(Entity current, Entity row)
    {
        if (current.Job is null || current.Job.Status == row.Job.Status)
            return null;
        var (from, to) = (current.Job.Status, row.Job.Status);
        (string, string)[] both = [("from_status", EnumText.Of(from)), ("to_status", EnumText.Of(to))];
        if (!JobStatusTransitions.IsAllowed(from, to))
        {
            return Rejection.Of(
                ErrorReason.StatusTransitionInvalid,
                $"a job cannot go from {EnumText.Of(from)} to {EnumText.Of(to)}",
                both);
        }

        return WritePolicy.AllowsTransition(role, from, to)
            ? null
            : Rejection.Of(ErrorReason.NotPermitted, "only an owner reopens a completed job", both);
    }

    private bool LosesLastOwner(Entity row, Guid id) =>
        row.User is not null and not { Role: Role.Owner, IsActive: true } && state.IsLastActiveOwner(id);
}
