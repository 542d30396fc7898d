namespace KhsCrm.SyncClient.Sync;

/// <summary>What an app asks of the sync loop: to pause, to go on, to look at the network anew.</summary>
internal sealed class LoopControl(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly NetworkHints _hints = new(time);
    private CancellationTokenSource _round = new();
    private TaskCompletionSource _open = NewGate(isOpen: true);
    private bool _isWaiting;
    private bool _isWoken;
    private bool _isClosed;

    /// <summary>A stream has opened: the server can be reached.</summary>
    public event Action? Welcomed;

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

    /// <summary>Lets rounds begin, and ends the wait for the next. A stream that runs goes on.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            _open.TrySetResult();
        }

        Wake();
    }

    /// <summary>Ends the wait for the next round, or the one that would begin now. A stream that runs goes on.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _isWoken = true;
            if (!_isWaiting)
                return;
        }

        EndRound();
    }

    /// <summary>The device has another network: ends the wait for the next round, or replaces the stream that runs.</summary>
    public void NotifyNetworkChanged()
    {
        bool isWaiting;
        lock (_lock)
        {
            _isWoken = true;
            isWaiting = _isWaiting;
        }

        if (isWaiting)
            EndRound();
        else
            _hints.Take(EndRound);
    }

    /// <summary>The server has answered Hello.</summary>
    public void OnWelcome() => Welcomed?.Invoke();

    /// <summary>The stream received something: its connection was alive.</summary>
    public void Heard() => _hints.Heard();

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
                (_isWaiting, _isWoken) = (false, false);
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

    /// <summary>Waits between two rounds; ends early by <see cref="Wake"/>, also by one since the round began.</summary>
    public async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isWoken)
                return;
            _isWaiting = true;
        }

        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        _hints.Dispose();
    }

    private void EndRound()
    {
        CancellationTokenSource round;
        lock (_lock)
        {
            if (_isClosed)
                return;
            round = _round;
        }

        round.Cancel();
    }

    private static TaskCompletionSource NewGate(bool isOpen)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (isOpen)
            gate.SetResult();
        return gate;
    }
}
