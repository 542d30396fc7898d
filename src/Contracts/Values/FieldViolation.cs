using KhsCrm.V1;

namespace KhsCrm.Contracts.Values;

/// <summary>A field that breaks a rule.</summary>
/// <param name="Field">The proto field name.</param>
/// <param name="Description">The rule, for people to read, such as <c>must be 1 to 255 characters</c>.</param>
/// <param name="Reason">The reason for programs.</param>
public sealed record FieldViolation(
    string Field, string Description, ErrorReason Reason = ErrorReason.FieldInvalid);
