using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Rules;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>Refuses, before it is queued, what the server would reject as far as this device can know.</summary>
internal static class EditChecks
{
    /// <summary>Checks an edit.</summary>
    /// <param name="connection">The store to look up other rows in.</param>
    /// <param name="user">Who edits.</param>
    /// <param name="operation">The edit.</param>
    /// <param name="before">The row as it is; null for a create.</param>
    /// <param name="after">The row as it would be; null for a delete.</param>
    /// <exception cref="EditRefusedException">The edit breaks a rule.</exception>
    public static void Check(StoreConnection connection, User user, Operation operation, Entity? before, Entity? after)
    {
        if (OperationRules.Check(operation) is { Count: > 0 } violations)
            throw new EditRefusedException(violations);
        if (!WritePolicy.AllowsKind(user.Role, operation))
            throw NotPermitted(operation);
        if (after is not null && EntityRules.CheckWhole(after) is { } violation)
            throw new EditRefusedException([violation]);
        if (before?.Job is { } jobBefore && after?.Job is { } jobAfter)
            CheckTransition(user.Role, jobBefore.Status, jobAfter.Status);
        if (after is not null)
            CheckReferences(connection, operation, after);
        if (operation.Kind == OperationKind.Create && after?.JobAssignment is { } assignment)
            CheckPair(connection, assignment);
    }

    private static EditRefusedException NotPermitted(Operation operation)
    {
        var kind = EntityKinds.Of(operation.Entity)!.Name;
        var verb = operation.Kind switch
        {
            OperationKind.Create => "add",
            OperationKind.Delete => "delete",
            _ => "change",
        };
        var what = operation is { Kind: OperationKind.Update, Entity.RowCase: Entity.RowOneofCase.Job }
            ? "anything but the status of a job"
            : $"a {kind}";
        return new(ErrorReason.NotPermitted, $"A worker may not {verb} {what}.");
    }

    private static void CheckTransition(Role role, JobStatus from, JobStatus to)
    {
        if (!JobStatusTransitions.IsAllowed(from, to))
            throw new EditRefusedException(ErrorReason.StatusTransitionInvalid, $"A job cannot go from {from} to {to}.");
        if (!WritePolicy.AllowsTransition(role, from, to))
            throw new EditRefusedException(ErrorReason.NotPermitted, "Only an owner may reopen a completed job.");
    }

    private static void CheckReferences(StoreConnection connection, Operation operation, Entity row)
    {
        var kind = EntityKinds.Of(row)!;
        foreach (var (field, type) in kind.References)
        {
            if (operation.Kind == OperationKind.Create || operation.UpdateMask.Paths.Contains(field))
                Require(connection, RowTables.Of(type)!, field, kind.GetId(row, field)!);
        }
    }

    private static void Require(StoreConnection connection, RowTable table, string field, string id)
    {
        if (table.ReadEffective(connection, RowId.Parse(id)) is null)
            throw new EditRefusedException([new(field, $"names no {table.Name}", ErrorReason.ReferenceNotFound)]);
    }

    private static void CheckPair(StoreConnection connection, JobAssignment assignment)
    {
        var exists = connection.Prepare("SELECT 1 FROM job_assignment WHERE job_id = ?1 AND user_id = ?2 AND hidden = 0 AND id <> ?3")
            .Bind(1, RowId.Parse(assignment.JobId)).Bind(2, RowId.Parse(assignment.UserId)).Bind(3, RowId.Parse(assignment.Id))
            .ExecuteScalar() is not null;
        if (exists)
            throw new EditRefusedException(ErrorReason.RowExists, "The user is assigned to this job already.");
    }
}
