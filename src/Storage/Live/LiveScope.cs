using KhsCrm.Storage.Deltas;
using KhsCrm.V1;

namespace KhsCrm.Storage.Live;

/// <summary>
/// What a live stream gets: the kinds it asked for, and of a worker the jobs they are assigned to with those jobs'
/// customers. It holds until a window says that the worker's scope changed.
/// </summary>
public sealed class LiveScope
{
    private readonly Guid[] _jobs;
    private readonly Guid[] _customers;

    internal LiveScope(CursorScope reader, HeldKinds held, Guid[] jobs, Guid[] customers)
    {
        Array.Sort(jobs);
        Array.Sort(customers);
        (Reader, Kinds, _jobs, _customers, CursorHead) = (reader, held.Current, jobs, customers, Cursor.Head(reader, held));
    }

    /// <summary>What a stream gets that goes live at the checkpoint of a delta.</summary>
    /// <returns>The scope; null for a delta that cannot be followed by live windows.</returns>
    public static LiveScope? Of(EncodedDelta delta) =>
        delta is { Rest.Checkpoint: true, Jobs: { } jobs } ? new LiveScope(delta.Next.Scope, delta.Next.Held, jobs.Jobs, jobs.Customers) : null;

    /// <summary>Whose it is.</summary>
    public Guid UserId => Reader.UserId;

    internal CursorScope Reader { get; }

    /// <summary>The kinds that it gets. What else the device holds stays where it is, in every cursor.</summary>
    internal KindSet Kinds { get; }

    /// <summary>What every cursor of the stream begins with.</summary>
    internal byte[] CursorHead { get; }

    internal bool IsOwner => Reader.Role == Role.Owner;

    internal IReadOnlyList<Guid> Jobs => _jobs;

    internal IReadOnlyList<Guid> Customers => _customers;

    internal bool HasJob(Guid id) => Array.BinarySearch(_jobs, id) >= 0;

    internal bool HasCustomer(Guid id) => Array.BinarySearch(_customers, id) >= 0;
}
