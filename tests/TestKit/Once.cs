namespace KhsCrm.TestKit;

/// <summary>Asynchronous work that is done when first asked for, and once, however many ask at the same time.</summary>
internal sealed class Once<T>(Func<Task<T>> work)
{
    private readonly Lock _gate = new();
    private Task<T>? _started;

    public bool IsStarted
    {
        get
        {
            lock (_gate)
                return _started is not null;
        }
    }

    /// <summary>The result. Cancellation ends this wait; the work goes on for the others.</summary>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            _started ??= Task.Run(work, CancellationToken.None);
        return _started.WaitAsync(cancellationToken);
    }
}
