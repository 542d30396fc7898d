using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// Somebody else's edits are still on this device: that user must sync or discard them before another one signs in.
/// </summary>
public sealed class UnsentEditsException : KhsCrmException
{
    internal UnsentEditsException(long count, string ownerId, string ownerName)
        : base(
            $"This device holds {count} {(count == 1 ? "edit" : "edits")} of {ownerName} that {(count == 1 ? "is" : "are")} not on the server. " +
            "They must sign in and sync or discard them first, or use another data folder.")
    {
        (Count, OwnerId, OwnerName) = (count, ownerId, ownerName);
        Reason = ErrorReason.UnsentEdits;
    }

    /// <summary>How many edits there are, 1 or more: not sent, deferred by the server, or rejected by it.</summary>
    public long Count { get; }

    /// <summary>Whose edits they are: the user's id.</summary>
    public string OwnerId { get; }

    /// <summary>The user's name; the id when the device does not know it.</summary>
    public string OwnerName { get; }
}
