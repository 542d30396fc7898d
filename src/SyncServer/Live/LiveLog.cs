namespace KhsCrm.SyncServer.Live;

internal static partial class LiveLog
{
    [LoggerMessage(1, LogLevel.Warning, "The database could not be asked for changes; trying again.")]
    public static partial void PollFailed(ILogger logger, Exception exception);
}
