namespace KhsCrm.Development.Postgres;

internal static partial class PrivateClusterLog
{
    [LoggerMessage(1, LogLevel.Information, "Making a PostgreSQL {Major} cluster in {Folder}")]
    public static partial void MakingCluster(ILogger logger, int major, string folder);

    [LoggerMessage(2, LogLevel.Information, "PostgreSQL {Major} listens on 127.0.0.1:{Port}, its data is in {Folder}")]
    public static partial void Started(ILogger logger, int major, int port, string folder);

    [LoggerMessage(3, LogLevel.Debug, "PostgreSQL of {Folder} stopped")]
    public static partial void Stopped(ILogger logger, string folder);

    [LoggerMessage(4, LogLevel.Warning, "{Requested} is out of reach of the user {User}; using {Folder} instead")]
    public static partial void FolderOutOfReach(ILogger logger, string requested, string user, string folder);

    [LoggerMessage(5, LogLevel.Warning, "Stopping PostgreSQL process {Pid}, which an earlier run left on {Folder}")]
    public static partial void StoppingOrphan(ILogger logger, int pid, string folder);

    [LoggerMessage(6, LogLevel.Information, "PostgreSQL could not start yet, trying again: {Reason}")]
    public static partial void StartingAgain(ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Information, "Throwing away the cluster in {Folder}")]
    public static partial void StartingOver(ILogger logger, string folder);
}
