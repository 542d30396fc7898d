using KhsCrm.SyncServer.Loops;

namespace KhsCrm.SyncServer.Live;

/// <summary>
/// How many streams still have something to write. The pump waits for most of them before it reads the next window, so
/// that under load more comes in one window, and no queue overflows for the pump's haste.
/// </summary>
internal sealed class Backlog(TimeProvider timeProvider)
{
    private readonly Wake _wake = new();
    private int _busy;
    private int _enough;

    /// <summary>A stream has something to write.</summary>
    public void Add() => Interlocked.Increment(ref _busy);

    /// <summary>A stream took all that waited, or was sent back.</summary>
    public void Remove()
    {
        if (Interlocked.Decrement(ref _busy) <= Volatile.Read(ref _enough))
            _wake.Call();
    }

    /// <summary>Waits until no more than so many streams are busy, but not for ever: a few may never read.</summary>
    public async Task WaitAsync(int enough, TimeSpan atMost, CancellationToken cancellationToken)
    {
        // A fence: whoever takes last sees this number, or we see that they took.
        Interlocked.Exchange(ref _enough, enough);
        if (Volatile.Read(ref _busy) <= enough)
            return;
        var isOver = false;
        await using var stopped = cancellationToken.Register(_wake.Call);
        await using var timer = timeProvider.CreateTimer(
            _ =>
            {
                Volatile.Write(ref isOver, true);
                _wake.Call();
            },
            null,
            atMost,
            Timeout.InfiniteTimeSpan);
        while (Volatile.Read(ref _busy) > enough && !Volatile.Read(ref isOver))
        {
            await _wake.WaitAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
