using Microsoft.Extensions.Logging;

namespace KhsCrm.Storage.Push;

internal static partial class OperationFaultLog
{
    [LoggerMessage(1, LogLevel.Error, "Operation {OperationId} met a fault and is recorded as failed; request {RequestId}.")]
    public static partial void Failed(ILogger logger, string operationId, string requestId, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "Operation {OperationId} waits, and cannot even be recorded as failed. It is tried again and not logged again.")]
    public static partial void NotRecorded(ILogger logger, Guid operationId, Exception exception);
}
