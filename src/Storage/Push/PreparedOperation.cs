using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Rules;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;
using Status = Google.Rpc.Status;

namespace KhsCrm.Storage.Push;

/// <summary>
/// An operation as it joins a group. What depends on nothing but the operation runs here, once, in a <c>try</c> of its own:
/// the defaults, the rules, the JSON for the ledger.
/// </summary>
internal sealed record PreparedOperation
{
    // What the ledger shows of an operation that has no other form.
    private const string NoPayload = "{}";

    public PreparedOperation(SingleWrite write, bool isPushed, OperationFaults faults)
    {
        Write = write;
        var operation = write.Operation;
        try
        {
            if (operation is { Kind: OperationKind.Create, Entity: { } entity })
                EntityKinds.Of(entity)?.SetDefaults(entity);
            Violations = OperationRules.Check(operation);
            if (isPushed && Violations.Count == 0)
                PushViolation = OperationRules.CheckPushed(operation);
            Payload = LedgerJson.Of(operation, isSound: Violations.Count == 0);
        }
#pragma warning disable CA1031 // Whatever it is, it costs this operation and no other.
        catch (Exception exception)
        {
            Fault = faults.Report(operation.Id, exception);
        }
#pragma warning restore CA1031
    }

    public SingleWrite Write { get; }

    public Operation Operation => Write.Operation;

    /// <summary>What is wrong with it by itself.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; } = [];

    /// <summary>What a device's operation lacks that is allowed by itself; null when nothing is missing.</summary>
    public FieldViolation? PushViolation { get; }

    /// <summary>The JSON for the ledger.</summary>
    public string Payload { get; private init; } = NoPayload;

    /// <summary>What it is to be told because something failed for it; null as long as nothing has.</summary>
    public Status? Fault { get; init; }

    /// <summary>Whether so little of it is recorded that nothing of it can be at fault.</summary>
    public bool IsBare { get; private init; }

    /// <summary>The same with all but its number left out of the ledger.</summary>
    public PreparedOperation ToBare() => this with { IsBare = true, Payload = NoPayload };
}
