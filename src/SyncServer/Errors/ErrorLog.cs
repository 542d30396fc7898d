namespace KhsCrm.SyncServer.Errors;

internal static partial class ErrorLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} failed.")]
    public static partial void Fault(ILogger logger, string method, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "{Method}: the database is out of reach.")]
    public static partial void DatabaseOutOfReach(ILogger logger, string method, Exception exception);
}
