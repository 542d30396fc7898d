using KhsCrm.V1;

namespace KhsCrm.Cli.Errors;

/// <summary>What <c>khs</c> ends with.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotSignedIn = 3;
    public const int OperationsWait = 4;
    public const int ServerUnreachable = 5;
    public const int UpdateRequired = 6;

    /// <summary>Ended by Ctrl-C: 128 and the number of the signal, as shells expect.</summary>
    public const int Interrupted = 130;

    public static int Of(KhsCrm.SyncClient.KhsCrmException exception) => exception switch
    {
        KhsCrm.SyncClient.NotSignedInException => NotSignedIn,
        KhsCrm.SyncClient.ServerUnreachableException => ServerUnreachable,
        { Reason: ErrorReason.AppTooOld or ErrorReason.ProtocolVersionUnsupported } => UpdateRequired,
        _ => Failed,
    };

    /// <summary>Whether edits wait for a person: rejected ones, and those that overwrote somebody else's.</summary>
    public static int Of(KhsCrm.SyncClient.OutboxCounts outbox) =>
        outbox.Rejected + outbox.Conflicts > 0 ? OperationsWait : Ok;
}
