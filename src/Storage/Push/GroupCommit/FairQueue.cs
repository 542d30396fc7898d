namespace KhsCrm.Storage.Push.GroupCommit;

/// <summary>
/// What waits for a transaction: a lane for each device, and the lanes in a round, so that a device with a long outbox
/// takes its turns between those of the others. Bounded, with what waits aside for a lock: who finds no room waits, the
/// devices in a round again, each in the order of arrival. Not thread-safe.
/// </summary>
internal sealed class FairQueue(GroupCommitOptions options)
{
    private readonly Dictionary<Guid, Lane> _lanes = [];
    private readonly Queue<Lane> _round = [];
    private readonly RoundOfDevices _forRoom = new();
    private int _operations;
    private long _bytes;

    public bool IsEmpty => _round.Count == 0;

    private bool HasRoom => _operations < options.MaxQueuedOperations && _bytes < options.MaxQueuedBytes;

    /// <summary>Waits for room; null when there is some. Whoever has waited has to ask again.</summary>
    public TaskCompletionSource? WaitForRoom(Submission submission, bool hasWaited)
    {
        if (HasRoom && (hasWaited || _forRoom.IsEmpty))
            return null;
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _forRoom.Add(KeyOf(submission), room);
        return room;
    }

    /// <summary>Puts a submission at the end of its lane.</summary>
    public QueuedSubmission Add(Submission submission, int bytes)
    {
        var key = KeyOf(submission);
        if (!_lanes.TryGetValue(key, out var lane))
            _lanes.Add(key, lane = new Lane(key));
        var queued = new QueuedSubmission(submission, lane, bytes);
        lane.Waiting.Enqueue(queued);
        _operations += queued.Operations;
        _bytes += queued.Bytes;
        PutInRound(lane);
        LetIn();
        return queued;
    }

    /// <summary>Takes the next group: at most one submission of each lane.</summary>
    public List<QueuedSubmission> Take()
    {
        List<QueuedSubmission> group = [];
        var operations = 0;
        while (_round.TryPeek(out var lane))
        {
            var next = lane.Waiting.Peek();
            if (group.Count > 0 && operations + next.Operations > options.MaxOperations)
                break;
            _round.Dequeue();
            lane.Waiting.Dequeue();
            _operations -= next.Operations;
            _bytes -= next.Bytes;
            if (next.IsCanceled)
            {
                Release(lane);
                continue;
            }

            operations += next.Operations;
            group.Add(next);
        }

        LetIn();
        return group;
    }

    /// <summary>Keeps counting a submission that was taken and waits for a lock of another program: it is still held.</summary>
    public void SetAside(QueuedSubmission queued)
    {
        queued.IsAside = true;
        _operations += queued.Operations;
        _bytes += queued.Bytes;
    }

    /// <summary>Lets the lane of a submission that is done come round again.</summary>
    public void Release(QueuedSubmission queued)
    {
        if (queued.IsAside)
        {
            queued.IsAside = false;
            _operations -= queued.Operations;
            _bytes -= queued.Bytes;
            LetIn();
        }

        Release(queued.Lane);
    }

    // A typed RPC follows nothing: it has a lane of its own.
    private static Guid KeyOf(Submission submission) => submission.Actor.DeviceId ?? Guid.NewGuid();

    private void Release(Lane lane)
    {
        lane.IsTaken = false;
        if (lane.Waiting.Count > 0)
            PutInRound(lane);
        else
            _lanes.Remove(lane.Key);
    }

    private void PutInRound(Lane lane)
    {
        if (lane.IsTaken)
            return;
        lane.IsTaken = true;
        _round.Enqueue(lane);
    }

    // One at a time: it takes its room, or has gone away, and then the next is let in.
    private void LetIn()
    {
        while (HasRoom && _forRoom.TryTake(out var room))
        {
            if (room.TrySetResult())
                return;
        }
    }
}
