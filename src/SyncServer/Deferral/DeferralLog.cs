namespace KhsCrm.SyncServer.Deferral;

internal static partial class DeferralLog
{
    [LoggerMessage(1, LogLevel.Warning, "Waiting operations could not be tried again; trying later.")]
    public static partial void RetryFailed(ILogger logger, Exception exception);
}
