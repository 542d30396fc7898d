using Microsoft.Extensions.Logging;

namespace KhsCrm.Storage.Push;

internal static partial class OperationFaultLog
{
    [LoggerMessage(1, LogLevel.Error, "Operation {OperationId} met a fault and is recorded as failed; request {RequestId}.")]
    public static partial void Failed(ILogger logger, string operationId, string requestId, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "A waiting operation cannot even be recorded as failed; the others go on.")]
    public static partial void NotRecorded(ILogger logger, Exception exception);
}
