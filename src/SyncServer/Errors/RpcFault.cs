using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Push;
using KhsCrm.V1;
using Status = Google.Rpc.Status;

namespace KhsCrm.SyncServer.Errors;

/// <summary>Ends a call with a documented reason. What may well happen inside a push is a result instead.</summary>
internal sealed class RpcFault(Status status) : Exception(status.Message)
{
    public RpcFault(ErrorReason reason, string message, params (string Key, string Value)[] metadata)
        : this(Rejection.Of(reason, message, metadata))
    {
    }

    public RpcFault(IReadOnlyList<FieldViolation> violations)
        : this(Rejection.Of(violations))
    {
    }

    public Status Status { get; } = status;

    public static RpcFault Field(string field, string description, ErrorReason reason = ErrorReason.FieldInvalid) =>
        new([new FieldViolation(field, description, reason)]);
}
