using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>Says why a device must take everything anew.</summary>
internal static class ResyncMessages
{
    public static ResyncRequired Of(ResyncReason reason) => new()
    {
        Reason = reason,
        Message = reason switch
        {
            ResyncReason.CursorTooOld => "the device was offline for longer than deletions are remembered",
            ResyncReason.DatabaseRestored => "the database was restored from a backup",
            ResyncReason.RoleChanged => "the user has another role now",
            _ => "the cursor is not one that this server issued to this user, or a kind of entities begins anew",
        },
    };
}
