using KhsCrm.V1;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>What the sync loop logs. Never customer data.</summary>
internal static partial class SyncLog
{
    [LoggerMessage(1, LogLevel.Information, "The stream ended ({Reason}); connecting again in {Delay}.")]
    public static partial void WillReconnect(ILogger logger, TimeSpan delay, ErrorReason reason);

    [LoggerMessage(2, LogLevel.Warning, "The sync waits for a person ({State}).")]
    public static partial void WaitsForPerson(ILogger logger, Exception exception, SyncState state);

    [LoggerMessage(3, LogLevel.Error, "The sync failed; trying again in {Delay}.")]
    public static partial void Failed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(4, LogLevel.Error, "A handler of StatusChanged threw.")]
    public static partial void HandlerThrew(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Looking for edits of other processes failed; the next look follows.")]
    public static partial void LookFailed(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "A row of kind {Type} was set aside: this device cannot store it.")]
    public static partial void SetAside(ILogger logger, Exception exception, EntityType type);
}
