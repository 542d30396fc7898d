namespace KhsCrm.TestKit;

/// <summary>
/// A place where code under test stops until the test lets it go on, so that a race is forced instead of slept for.
/// The code calls <see cref="WaitToContinue"/>; the test calls <see cref="WaitForSyncPoint"/>, does what is to happen
/// meanwhile, and calls <see cref="Continue"/>.
/// </summary>
public sealed class SyncPoint
{
    // Continuations run elsewhere: neither side may go on inside the other's call.
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The test's side: completes when the code has arrived.</summary>
    public Task WaitForSyncPoint(CancellationToken cancellationToken) => _reached.Task.WaitAsync(cancellationToken);

    /// <summary>The code's side: says that it has arrived, and completes when the test lets it go on.</summary>
    public Task WaitToContinue(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        return _released.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The test's side: lets the code go on, now or when it arrives.</summary>
    public void Continue() => _released.TrySetResult();
}
