using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>An edit breaks a rule that the server would enforce too. Nothing was changed or queued.</summary>
public sealed class EditRefusedException : KhsCrmException
{
    internal EditRefusedException(IReadOnlyList<FieldViolation> violations)
        : base(string.Join("; ", violations.Select(violation => $"{violation.Field} {violation.Description}")) + ".")
    {
        Violations = violations;
        Reason = violations[0].Reason;
    }

    internal EditRefusedException(ErrorReason reason, string message)
        : base(message)
    {
        Violations = [];
        Reason = reason;
    }

    /// <summary>The fields that are wrong, with their rules; empty when the edit as a whole is refused.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; }
}
