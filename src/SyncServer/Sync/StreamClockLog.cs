namespace KhsCrm.SyncServer.Sync;

internal static partial class StreamClockLog
{
    [LoggerMessage(1, LogLevel.Error, "A stream could not be looked at; the others go on.")]
    public static partial void Failed(ILogger logger, Exception exception);
}
