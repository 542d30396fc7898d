using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Overlay;

/// <summary>
/// Guesses what the server will put into the fields that only it sets, so that lists look right offline. The server's
/// row replaces the guess at the checkpoint.
/// </summary>
internal static class ServerSetFields
{
    public static void OnCreate(Entity row, string userId, Timestamp now)
    {
        var kind = EntityKinds.Of(row)!;
        kind.SetDefaults(row);
        kind.SetServiceFields(row, before: null, userId, now);
        kind.GuessTimes(row, isNew: true, now);
    }

    public static void OnUpdate(Entity before, Entity row, string userId, Timestamp now)
    {
        var kind = EntityKinds.Of(row)!;
        kind.SetServiceFields(row, before, userId, now);
        kind.GuessTimes(row, isNew: false, now);
    }
}
