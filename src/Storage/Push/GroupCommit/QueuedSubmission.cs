namespace KhsCrm.Storage.Push.GroupCommit;

/// <summary>A submission on its way through the queue, and the caller who waits for it.</summary>
internal sealed class QueuedSubmission(Submission submission, Lane lane, int bytes)
{
    private readonly TaskCompletionSource<PushOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Submission Submission { get; } = submission;

    public Lane Lane { get; } = lane;

    /// <summary>At least one, so that empty batches fill the queue too.</summary>
    public int Operations { get; } = Math.Max(1, submission.Writes.Count);

    public int Bytes { get; } = bytes;

    /// <summary>Whether it was taken and waits for a lock of another program.</summary>
    public bool IsAside { get; set; }

    /// <summary>Whether the caller has gone away before it was taken.</summary>
    public bool IsCanceled => _done.Task.IsCanceled;

    public Task<PushOutcome> Done => _done.Task;

    /// <summary>Gives the caller the outcome, or what went wrong.</summary>
    public void Complete(SubmissionResult result)
    {
        if (result.Outcome is { } outcome)
            _done.TrySetResult(outcome);
        else
            _done.TrySetException(result.Failure!);
    }

    public void Cancel(CancellationToken cancellationToken) => _done.TrySetCanceled(cancellationToken);
}
