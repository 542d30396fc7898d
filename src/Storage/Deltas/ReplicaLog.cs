using Microsoft.Extensions.Logging;

namespace KhsCrm.Storage.Deltas;

internal static partial class ReplicaLog
{
    [LoggerMessage(1, LogLevel.Warning, "The replica refused a page; the primary reads it.")]
    public static partial void Refused(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The replica does not answer; the primary reads for {Pause}.")]
    public static partial void Unreachable(ILogger logger, TimeSpan pause, Exception exception);
}
