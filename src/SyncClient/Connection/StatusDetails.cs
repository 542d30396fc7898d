using Google.Protobuf.Reflection;
using Google.Rpc;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Connection;

/// <summary>What a <see cref="Status"/> of the server says in its details.</summary>
/// <param name="Reason">The reason; unspecified when there is none, or one of a newer server.</param>
/// <param name="Metadata">What the reason comes with, such as last_client_seq.</param>
/// <param name="Violations">The fields that are wrong.</param>
internal sealed record StatusDetails(
    ErrorReason Reason, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<FieldViolation> Violations)
{
    private static readonly EnumDescriptor Reasons =
        ErrorReasonReflection.Descriptor.FindTypeByName<EnumDescriptor>("ErrorReason");

    public static StatusDetails Of(Status? status)
    {
        var reason = ErrorReason.Unspecified;
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var violations = new List<FieldViolation>();
        foreach (var detail in status?.Details ?? [])
        {
            if (detail.TryUnpack<ErrorInfo>(out var info))
            {
                reason = (ErrorReason)(Reasons.FindValueByName("ERROR_REASON_" + info.Reason)?.Number ?? 0);
                foreach (var (key, value) in info.Metadata)
                    metadata[key] = value;
            }
            else if (detail.TryUnpack<BadRequest>(out var badRequest))
            {
                violations.AddRange(badRequest.FieldViolations.Select(
                    violation => new FieldViolation(violation.Field, violation.Description)));
            }
        }

        return new(reason, metadata, violations);
    }
}
