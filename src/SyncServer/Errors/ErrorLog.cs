namespace KhsCrm.SyncServer.Errors;

internal static partial class ErrorLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} failed; request id {RequestId}.")]
    public static partial void Fault(ILogger logger, string method, string requestId, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "{Method}: the database could not do it now.")]
    public static partial void NotNow(ILogger logger, string method, Exception exception);
}
