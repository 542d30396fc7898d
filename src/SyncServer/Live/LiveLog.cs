namespace KhsCrm.SyncServer.Live;

internal static partial class LiveLog
{
    [LoggerMessage(1, LogLevel.Warning, "The database could not be asked for changes; trying again.")]
    public static partial void ReadFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Other servers could not be told of a commit; they find it by their poll.")]
    public static partial void NotifyFailed(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "The connection that listens to other servers is lost; connecting again.")]
    public static partial void ListenFailed(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "What was committed cannot be read in common ({Fault}); each stream reads for itself.")]
    public static partial void WindowNotRead(ILogger logger, string fault);
}
