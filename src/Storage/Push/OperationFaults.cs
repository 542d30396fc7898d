using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Status = Google.Rpc.Status;

namespace KhsCrm.Storage.Push;

/// <summary>
/// What an operation is told that met a fault: of the database what it has against the data, of everything else a number
/// that stands in the log too.
/// </summary>
internal sealed class OperationFaults(ILogger logger)
{
    /// <summary>Logs a fault that is not of the data.</summary>
    public Status Report(string operationId, Exception exception)
    {
        var requestId = Guid.CreateVersion7().ToString();
        // What is no id may be anything, a customer's name too.
        if (DatabaseFault.FindOfData(exception) is null)
            OperationFaultLog.Failed(logger, Contracts.Values.Uuid.Is(operationId) ? operationId : "with a malformed id", requestId, exception);
        return Describe(exception, requestId);
    }

    /// <summary>The same without a log.</summary>
    public static Status Describe(Exception exception) => Describe(exception, Guid.CreateVersion7().ToString());

    private static Status Describe(Exception exception, string requestId)
    {
        if (DatabaseFault.FindOfData(exception) is { } refusal)
            return DatabaseFault.ToStatus(refusal);
        var status = Rejection.Of(
            ErrorReason.Fault, $"the server failed on this operation; its log has the details under {requestId}", ("request_id", requestId));
        status.Details.Add(Any.Pack(new RequestInfo { RequestId = requestId }));
        return status;
    }
}
