namespace KhsCrm.SyncServer.Errors;

internal static partial class OutageLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Work}: the database is away. More failures are counted, not logged one by one.")]
    public static partial void Began(ILogger logger, string work, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The database has been away for {Duration}; {Failures} failures.")]
    public static partial void GoesOn(ILogger logger, TimeSpan duration, long failures);

    [LoggerMessage(3, LogLevel.Warning, "The database is restored; it was away for {Duration}; {Failures} failures.")]
    public static partial void Ended(ILogger logger, TimeSpan duration, long failures);
}
