using KhsCrm.V1;

namespace KhsCrm.Storage.Tests.Push.Model;

/// <summary>
/// The rules of the write path, told anew in the simplest way: rows in dictionaries, one operation after the other, nothing
/// gathered, nothing written in sets. Ids are as in the operations.
/// </summary>
internal sealed class WriteModel
{
    private static readonly HashSet<(JobStatus, JobStatus)> Transitions =
    [
        (JobStatus.NotStarted, JobStatus.InProgress), (JobStatus.NotStarted, JobStatus.WaitingOnMaterials),
        (JobStatus.NotStarted, JobStatus.OnHold), (JobStatus.InProgress, JobStatus.WaitingOnMaterials),
        (JobStatus.InProgress, JobStatus.OnHold), (JobStatus.InProgress, JobStatus.Completed),
        (JobStatus.WaitingOnMaterials, JobStatus.InProgress), (JobStatus.WaitingOnMaterials, JobStatus.OnHold),
        (JobStatus.OnHold, JobStatus.NotStarted), (JobStatus.OnHold, JobStatus.InProgress),
        (JobStatus.OnHold, JobStatus.WaitingOnMaterials), (JobStatus.Completed, JobStatus.InProgress),
    ];

    private readonly HashSet<string> _deleted = [];
    private List<Waiting> _waiting = [];

    public Dictionary<string, Customer> Customers { get; } = [];

    public Dictionary<string, Job> Jobs { get; } = [];

    public Dictionary<string, JobAssignment> Assignments { get; } = [];

    public Dictionary<string, Material> Materials { get; } = [];

    /// <summary>What a pushed operation becomes: an outcome, or the reason that it is rejected for.</summary>
    public string Push(string user, bool isOwner, Operation operation) =>
        Decide(new Waiting(user, isOwner, operation, ""), _waiting);

    /// <summary>Tries again what waits and whose row is there; to a worker a job is there once they are assigned.</summary>
    /// <returns>The operations that are final now, and what they became.</returns>
    public Dictionary<string, string> Retry()
    {
        Dictionary<string, string> final = [];
        while (true)
        {
            var before = final.Count;
            var waiting = _waiting;
            var arrived = waiting.Where(HasArrived).ToHashSet();
            _waiting = [];
            foreach (var one in waiting)
            {
                if (!arrived.Contains(one))
                    _waiting.Add(one);
                else if (Decide(one, _waiting) is var outcome and not "Deferred")
                    final[one.Operation.Id] = outcome;
            }

            if (final.Count == before)
                return final;
        }
    }

    private string Decide(Waiting one, List<Waiting> before)
    {
        var row = one.Operation.Entity;
        var isCreate = one.Operation.Kind == OperationKind.Create;
        if (!one.IsOwner && row is not { Material: not null } && !(row.Job is not null && IsStatusChange(one.Operation)))
            return "NOT_PERMITTED";
        if (before.FirstOrDefault(other => other.User == one.User && IdOf(other.Operation) == IdOf(one.Operation)) is { } earlier)
            return Wait(one, earlier.WaitsFor);
        return isCreate ? Create(one, row) : Change(one, row);
    }

    private string Create(Waiting one, Entity row)
    {
        var id = IdOf(one.Operation);
        if (Exists(id))
            return "ROW_EXISTS";
        if (_deleted.Contains(id))
            return "ROW_DELETED";
        var parent = row.Job?.CustomerId ?? row.JobAssignment?.JobId ?? row.Material?.JobId;
        if (parent is not null && !Exists(parent))
            return _deleted.Contains(parent) ? "REFERENCE_NOT_FOUND" : Wait(one, parent);
        if (!one.IsOwner && !IsAssigned(row.Material!.JobId, one.User))
            return one.WaitsFor.Length > 0 ? Wait(one, row.Material.JobId) : "NOT_PERMITTED";
        if (row.JobAssignment is { } pair && IsAssigned(pair.JobId, pair.UserId))
            return "ROW_EXISTS";
        switch (row.RowCase)
        {
            case Entity.RowOneofCase.Customer:
                Customers[id] = row.Customer!.Clone();
                break;
            case Entity.RowOneofCase.Job:
                Jobs[id] = new Job(row.Job!) { Status = JobStatus.NotStarted };
                break;
            case Entity.RowOneofCase.JobAssignment:
                Assignments[id] = row.JobAssignment!.Clone();
                break;
            default:
                Materials[id] = row.Material!.Clone();
                break;
        }

        return "Applied";
    }

    private string Change(Waiting one, Entity row)
    {
        var id = IdOf(one.Operation);
        if (!Exists(id))
            return _deleted.Contains(id) ? "ROW_DELETED" : "ROW_NOT_FOUND";
        if (!one.IsOwner && !IsAssigned(row.Job is not null ? id : Materials[id].JobId, one.User))
            return "NOT_PERMITTED";
        if (one.Operation.Kind == OperationKind.Delete)
            return Delete(row, id);
        if (IsStatusChange(one.Operation))
            return SetStatus(one, Jobs[id], row.Job!.Status);

        var (now, wanted, seen) = row.RowCase switch
        {
            Entity.RowOneofCase.Customer => (Customers[id].Notes, row.Customer!.Notes, one.Operation.Seen?.Customer.Notes),
            Entity.RowOneofCase.Job => (Jobs[id].Notes, row.Job!.Notes, one.Operation.Seen?.Job.Notes),
            _ => (Materials[id].Notes, row.Material!.Notes, one.Operation.Seen?.Material.Notes),
        };
        if (now == wanted)
            return "Applied";
        var conflicts = seen is not null && seen != now;
        if (conflicts && one.Operation.ConflictPolicy == ConflictPolicy.Reject)
            return "CONFLICT";
        if (row.Customer is not null)
            Customers[id].Notes = wanted;
        else if (row.Job is not null)
            Jobs[id].Notes = wanted;
        else
            Materials[id].Notes = wanted;
        return conflicts ? "Merged" : "Applied";
    }

    private string Delete(Entity row, string id)
    {
        _deleted.Add(id);
        Assignments.Remove(id);
        // What was seen is never the whole row, and the delete insists.
        if (row.Job is null)
            return "Merged";
        Jobs.Remove(id);
        foreach (var child in Materials.Values.Where(material => material.JobId == id).Select(material => material.Id)
            .Concat(Assignments.Values.Where(assignment => assignment.JobId == id).Select(assignment => assignment.Id)).ToList())
        {
            _deleted.Add(child);
            Materials.Remove(child);
            Assignments.Remove(child);
        }

        return "Merged";
    }

    private static string SetStatus(Waiting one, Job job, JobStatus status)
    {
        if (job.Status == status)
            return "Applied";
        if (!Transitions.Contains((job.Status, status)))
            return "STATUS_TRANSITION_INVALID";
        if (job.Status == JobStatus.Completed && !one.IsOwner)
            return "NOT_PERMITTED";
        job.Status = status;
        return "Applied";
    }

    private bool HasArrived(Waiting one) =>
        Customers.ContainsKey(one.WaitsFor) || (Jobs.ContainsKey(one.WaitsFor) && (one.IsOwner || IsAssigned(one.WaitsFor, one.User)));

    private string Wait(Waiting one, string parent)
    {
        _waiting.Add(one with { WaitsFor = parent });
        return "Deferred";
    }

    private bool Exists(string id) =>
        Customers.ContainsKey(id) || Jobs.ContainsKey(id) || Assignments.ContainsKey(id) || Materials.ContainsKey(id);

    private bool IsAssigned(string job, string user) =>
        Assignments.Values.Any(assignment => assignment.JobId == job && assignment.UserId == user);

    private static bool IsStatusChange(Operation operation) =>
        operation.Kind == OperationKind.Update && operation.UpdateMask.Paths is ["status"];

    private static string IdOf(Operation operation) =>
        operation.Entity.Customer?.Id ?? operation.Entity.Job?.Id ?? operation.Entity.JobAssignment?.Id ?? operation.Entity.Material.Id;

    private sealed record Waiting(string User, bool IsOwner, Operation Operation, string WaitsFor);
}
