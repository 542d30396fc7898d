namespace KhsCrm.SyncClient;

/// <summary>Where a queued operation stands.</summary>
public enum OutboxState
{
    /// <summary>Waits to be sent; has no number yet and may still be joined with a later edit of its row.</summary>
    Queued = 1,

    /// <summary>Put on the wire; the server has not answered.</summary>
    Sent = 2,

    /// <summary>The server keeps it until a row that it names arrives; the outcome comes later.</summary>
    Deferred = 3,

    /// <summary>In effect on the server; leaves with the checkpoint that brings its effect to this device.</summary>
    Acknowledged = 4,

    /// <summary>
    /// Refused by the server; kept with its reason until retried or discarded. An update is no longer shown in its row; a row
    /// whose creation was refused stays, and an edit of it queues the creation anew, as corrected.
    /// </summary>
    Rejected = 5,
}
