using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>Who is signed in on a device, and where it stands.</summary>
/// <param name="DeviceId">The device's id on the server.</param>
/// <param name="User">The signed-in user; null when nobody is.</param>
/// <param name="MustSignInAgain">Whether the server has ended the session: reading and editing go on, sync does not.</param>
/// <param name="ServerAddress">The server of the last sign-in; null before the first.</param>
/// <param name="LastCheckpointAt">When this device last held a state of the database, by its clock; null for never.</param>
/// <param name="Outbox">What waits in the outbox.</param>
public sealed record DeviceInfo(
    string DeviceId, User? User, bool MustSignInAgain, string? ServerAddress, DateTimeOffset? LastCheckpointAt, OutboxCounts Outbox)
{
    internal static DeviceInfo Read(StoreConnection connection)
    {
        var device = DeviceState.Read(connection);
        var session = SessionState.TryRead(connection);
        return new(
            device.DeviceId,
            session is null ? null : SessionState.RequireUser(connection),
            session?.IsEnded ?? false,
            device.ServerAddress,
            device.LastCheckpointAt,
            OutboxCounts.Read(connection));
    }
}
