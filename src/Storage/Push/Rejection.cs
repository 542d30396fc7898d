using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;
using Status = Google.Rpc.Status;

namespace KhsCrm.Storage.Push;

/// <summary>Makes the status of a rejected operation: one ErrorInfo, and the fields that are wrong.</summary>
public static class Rejection
{
    /// <summary>The domain of every <see cref="ErrorInfo"/>.</summary>
    public const string Domain = "khscrm.com";

    /// <summary>Fields that break rules.</summary>
    public static Status Of(IReadOnlyList<FieldViolation> violations)
    {
        var message = string.Join("; ", violations.Select(violation => $"{violation.Field} {violation.Description}"));
        var status = Of(violations[0].Reason, message);
        var details = new BadRequest();
        foreach (var violation in violations)
        {
            details.FieldViolations.Add(new BadRequest.Types.FieldViolation
            {
                Field = violation.Field,
                Description = violation.Description,
                Reason = ReasonName(violation.Reason),
            });
        }

        status.Details.Add(Any.Pack(details));
        return status;
    }

    /// <summary>One reason.</summary>
    /// <param name="reason">For programs.</param>
    /// <param name="message">For people.</param>
    /// <param name="metadata">What the reason's documentation promises to be in ErrorInfo's metadata.</param>
    public static Status Of(ErrorReason reason, string message, params (string Key, string Value)[] metadata)
    {
        var info = new ErrorInfo { Reason = ReasonName(reason), Domain = Domain };
        foreach (var (key, value) in metadata)
            info.Metadata.Add(key, value);
        return new Status { Code = (int)CodeOf(reason), Message = message, Details = { Any.Pack(info) } };
    }

    /// <summary>The name of a reason on the wire, such as <c>ROW_NOT_FOUND</c>.</summary>
    public static string ReasonName(ErrorReason reason) => ErrorReasonNames.Of(reason);

    /// <summary>The canonical code that <c>error_reason.proto</c> documents for a reason.</summary>
    public static Code CodeOf(ErrorReason reason) => reason switch
    {
        ErrorReason.InvalidCredentials or ErrorReason.AccessTokenInvalid or ErrorReason.RefreshTokenInvalid =>
            Code.Unauthenticated,
        ErrorReason.NotPermitted => Code.PermissionDenied,
        ErrorReason.RateLimited or ErrorReason.LimitExceeded => Code.ResourceExhausted,
        ErrorReason.FieldInvalid or ErrorReason.ProtocolViolation or ErrorReason.EnumValueUnknown => Code.InvalidArgument,
        ErrorReason.RowNotFound or ErrorReason.RowDeleted => Code.NotFound,
        ErrorReason.RowExists => Code.AlreadyExists,
        ErrorReason.Conflict or ErrorReason.SequenceGap or ErrorReason.Busy => Code.Aborted,
        ErrorReason.Discarded => Code.Cancelled,
        ErrorReason.Unavailable => Code.Unavailable,
        ErrorReason.NotImplemented => Code.Unimplemented,
        ErrorReason.ProtocolVersionUnsupported or ErrorReason.ReferenceNotFound or ErrorReason.RowReferenced
            or ErrorReason.StatusTransitionInvalid or ErrorReason.LastOwner or ErrorReason.DeviceForked
            or ErrorReason.DeviceNotYours or ErrorReason.DeviceRevoked or ErrorReason.AppTooOld => Code.FailedPrecondition,
        _ => Code.Internal,
    };
}
