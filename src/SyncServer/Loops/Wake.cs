using System.Threading.Tasks.Sources;

namespace KhsCrm.SyncServer.Loops;

/// <summary>
/// Wakes the one task that waits. A call without a waiter is kept for the next wait; waiting and waking allocate nothing,
/// which ten thousand streams woken many times a second would notice.
/// </summary>
internal sealed class Wake : IValueTaskSource
{
    private const int Idle = 0;
    private const int Called = 1;
    private const int Waiting = 2;
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private int _state;

    public void Call()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Called:
                    return;
                case Idle:
                    if (Interlocked.CompareExchange(ref _state, Called, Idle) == Idle)
                        return;
                    break;
                default:
                    if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
                    {
                        _source.SetResult(true);
                        return;
                    }

                    break;
            }
        }
    }

    /// <summary>Completes at the next call, or at once when there was one since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Called) == Called)
            return ValueTask.CompletedTask;
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
            return new ValueTask(this, _source.Version);
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
