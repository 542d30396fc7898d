namespace KhsCrm.SyncServer.Loops;

internal static partial class LoopLog
{
    [LoggerMessage(1, LogLevel.Information, "{Loop} works again, after {Elapsed} and {Failures} failures.")]
    public static partial void Recovered(ILogger logger, string loop, TimeSpan elapsed, int failures);
}
