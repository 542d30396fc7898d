using KhsCrm.V1;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>What the sync loop logs. Never customer data.</summary>
internal static partial class SyncLog
{
    [LoggerMessage(1, LogLevel.Information, "The stream ended ({Reason}); connecting again in {Delay}.")]
    public static partial void WillReconnect(ILogger logger, TimeSpan delay, ErrorReason reason);

    [LoggerMessage(2, LogLevel.Error, "The sync stopped.")]
    public static partial void Stopped(ILogger logger, Exception exception);
}
