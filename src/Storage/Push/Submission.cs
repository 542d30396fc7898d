namespace KhsCrm.Storage.Push;

/// <summary>What one caller asks: a device's batch, or the one operation of a typed RPC.</summary>
internal sealed class Submission(Actor actor, IReadOnlyList<PreparedOperation> writes)
{
    public Submission(Actor actor, IReadOnlyList<SingleWrite> writes)
        : this(actor, [.. writes.Select(write => new PreparedOperation(write, isPushed: actor.DeviceId is not null))])
    {
    }

    public Actor Actor => actor;

    public IReadOnlyList<PreparedOperation> Writes => writes;

    /// <summary>What became of it; null until the transaction is committed.</summary>
    public PushOutcome? Outcome { get; set; }

    /// <summary>Why there is no outcome, where that is this submission's own doing.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The operations, as a transaction begins with them.</summary>
    public PlannedOperation[] ToPlan() => [.. Writes.Select(write => new PlannedOperation(write))];
}
