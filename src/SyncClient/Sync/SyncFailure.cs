using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// What a failure of the sync means for the loop. Only what a person must decide is waited for; whatever else it is, it may
/// pass.
/// </summary>
internal static class SyncFailure
{
    public static KhsCrmException Explain(Exception exception) => exception as KhsCrmException
        ?? new KhsCrmException("The sync met a fault of this app and is tried again.", exception) { Reason = ErrorReason.Internal };

    public static SyncState StateOf(KhsCrmException failure) => failure switch
    {
        NotSignedInException => SyncState.SignedOut,
        ServerUnreachableException => SyncState.Offline,
        { Reason: ErrorReason.AppTooOld or ErrorReason.ProtocolVersionUnsupported } => SyncState.UpdateRequired,
        { Reason: ErrorReason.DeviceRevoked } => SyncState.Revoked,
        { Reason: ErrorReason.Unavailable or ErrorReason.RateLimited or ErrorReason.Busy } => SyncState.Offline,
        // A fault of the server, not of this app.
        { Reason: ErrorReason.Internal, InnerException: Grpc.Core.RpcException } => SyncState.Offline,
        _ => SyncState.Failed,
    };

    /// <summary>
    /// Whether trying again changes nothing until a person has done something. An app that is too old is not among them: it goes on
    /// handing in its edits, and a server that was told the wrong version is told another.
    /// </summary>
    public static bool NeedsPerson(SyncState state) => state is SyncState.SignedOut or SyncState.Revoked;

    /// <summary>The end of a stream whose server serves newer versions of this app only.</summary>
    public static KhsCrmException AppTooOld(string requiredVersion) =>
        new($"This app is too old for the server: install version {requiredVersion} or later. Edits are handed in all the same.")
        {
            Reason = ErrorReason.AppTooOld,
        };
}
