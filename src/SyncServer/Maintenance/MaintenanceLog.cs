namespace KhsCrm.SyncServer.Maintenance;

internal static partial class MaintenanceLog
{
    [LoggerMessage(1, LogLevel.Information, "Maintenance: {Made} months made, {Dropped} dropped, {Tombstones} tombstones and {Operations} operations forgotten.")]
    public static partial void Done(ILogger logger, int made, int dropped, long tombstones, long operations);

    [LoggerMessage(2, LogLevel.Warning, "Maintenance of the database failed; trying again.")]
    public static partial void Failed(ILogger logger, Exception exception);
}
