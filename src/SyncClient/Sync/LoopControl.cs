namespace KhsCrm.SyncClient.Sync;

/// <summary>What an app asks of the sync loop: to pause, to go on, to look at the network anew.</summary>
internal sealed class LoopControl : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _round = new();
    private TaskCompletionSource _open = NewGate(isOpen: true);

    /// <summary>Ends the round that runs and lets none begin.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            if (_open.Task.IsCompleted)
                _open = NewGate(isOpen: false);
        }

        EndRound();
    }

    public void Resume()
    {
        lock (_lock)
        {
            _open.TrySetResult();
        }
    }

    /// <summary>Ends the round that runs, or its wait for the next: a new one begins at once.</summary>
    public void EndRound()
    {
        CancellationTokenSource round;
        lock (_lock)
        {
            round = _round;
        }

        round.Cancel();
    }

    /// <summary>Waits until rounds may begin, and begins one.</summary>
    /// <param name="onPaused">Told when it has to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Cancelled when the round should end.</returns>
    public async Task<CancellationToken> BeginRoundAsync(Action onPaused, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task open;
            lock (_lock)
            {
                open = _open.Task;
                if (open.IsCompleted)
                {
                    if (_round.IsCancellationRequested)
                        _round = new CancellationTokenSource();
                    return _round.Token;
                }
            }

            onPaused();
            await open.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _round.Dispose();

    private static TaskCompletionSource NewGate(bool isOpen)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isOpen)
            gate.SetResult();
        return gate;
    }
}
