using KhsCrm.Contracts.Values;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>An edit in the outbox, for people to look at.</summary>
public sealed class OutboxOperation
{
    internal OutboxOperation(QueuedOperation entry)
    {
        Operation = entry.Operation;
        if (entry.ClientSeq is { } clientSeq)
            Operation.ClientSeq = clientSeq;
        State = entry.State;
        QueuedAt = entry.QueuedAt;
        ServerRow = entry.ServerRow;
        ConflictingFields = entry.ConflictingFields ?? [];
        if (entry.Status is not { } status)
            return;
        var details = StatusDetails.Of(status);
        (Reason, Message, Violations) = (details.Reason, status.Message, details.Violations);
    }

    /// <summary>The operation's id, a lower-case UUID.</summary>
    public string Id => Operation.Id;

    /// <summary>What it does; its client_seq is 0 until it is sent.</summary>
    public Operation Operation { get; }

    /// <summary>Where it stands.</summary>
    public OutboxState State { get; }

    /// <summary>When the edit was made, by the device's clock.</summary>
    public DateTimeOffset QueuedAt { get; }

    /// <summary>Why the server refused or deferred it; unspecified when it did not.</summary>
    public ErrorReason Reason { get; }

    /// <summary>The same for people to read; empty when there is none.</summary>
    public string Message { get; } = "";

    /// <summary>The fields that are wrong, if that is why.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; } = [];

    /// <summary>The server's row when it refused the operation, if there is one that the user may see.</summary>
    public Entity? ServerRow { get; }

    /// <summary>The proto names of the fields that somebody else had changed, when that is why it was refused.</summary>
    public IReadOnlyList<string> ConflictingFields { get; }
}
