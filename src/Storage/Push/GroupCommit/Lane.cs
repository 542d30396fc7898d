namespace KhsCrm.Storage.Push.GroupCommit;

/// <summary>The submissions of one device, which are committed one after the other.</summary>
internal sealed class Lane(Guid key)
{
    public Guid Key { get; } = key;

    public Queue<QueuedSubmission> Waiting { get; } = [];

    /// <summary>Whether one of them is in a transaction, or the lane is in line for one.</summary>
    public bool IsTaken { get; set; }
}
