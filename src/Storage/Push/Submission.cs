using KhsCrm.Contracts.Rules;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// What one caller asks: a device's batch, or the one operation of a typed RPC. What is wrong with an operation by itself
/// is found here, once, before any transaction.
/// </summary>
internal sealed class Submission
{
    private readonly IReadOnlyList<FieldViolation>[] _violations;

    public Submission(Actor actor, IReadOnlyList<SingleWrite> writes)
    {
        (Actor, Writes) = (actor, writes);
        _violations = new IReadOnlyList<FieldViolation>[writes.Count];
        for (var i = 0; i < writes.Count; i++)
        {
            var operation = writes[i].Operation;
            if (operation is { Kind: OperationKind.Create, Entity: { } entity })
                EntityDefaults.Apply(entity);
            _violations[i] = OperationRules.Check(operation);
        }
    }

    public Actor Actor { get; }

    public IReadOnlyList<SingleWrite> Writes { get; }

    /// <summary>What the database had against the one operation that is left; null as long as it is not narrowed down.</summary>
    public PostgresException? Fault { get; set; }

    /// <summary>What became of it; null until the transaction is committed.</summary>
    public PushOutcome? Outcome { get; set; }

    /// <summary>The operations, as a transaction begins with them.</summary>
    public PlannedOperation[] ToPlan() =>
    [
        .. Writes.Select((write, i) => new PlannedOperation(write.Operation)
        {
            Violations = _violations[i],
            SeenVersion = write.SeenVersion,
            PasswordHash = write.PasswordHash,
        }),
    ];
}
