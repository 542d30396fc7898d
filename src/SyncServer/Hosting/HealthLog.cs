namespace KhsCrm.SyncServer.Hosting;

internal static partial class HealthLog
{
    [LoggerMessage(1, LogLevel.Warning, "Not serving: {Reason}.")]
    public static partial void NotServing(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Information, "Up to {Total} connections to PostgreSQL: {Common} common, {FirstSyncs} for first syncs, {Warm} for commits and the pump. The server takes {Maximum}.")]
    public static partial void Connections(ILogger logger, int total, int common, int firstSyncs, int warm, int maximum);

    [LoggerMessage(3, LogLevel.Warning, "Up to {Total} connections to PostgreSQL, which takes {Maximum}: lower Connections:Common or Connections:FirstSyncs, or raise max_connections.")]
    public static partial void TooManyConnections(ILogger logger, int total, int maximum);
}
