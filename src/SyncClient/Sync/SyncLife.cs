using System.Diagnostics.CodeAnalysis;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient.Sync;

/// <summary>Starts and stops the sync loop of a client, one caller after the other, and closes the client.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is disposed leaves its waiters waiting for ever.")]
internal sealed class SyncLife(LocalStore store, ServerConnection server, SyncLoop loop, StatusFeed status)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private (Task Loop, CancellationTokenSource Stop)? _running;
    private Task _beside = Task.CompletedTask;
    private Task? _closed;
    private bool _isWanted;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        if (_running is null)
            Start();
        _isWanted = true;
        loop.Control.Wake();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        _isWanted = false;
        await HaltAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does something while no loop runs, and lets the one that was started go on.</summary>
    public async Task<T> WhileStoppedAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        await HaltAsync().ConfigureAwait(false);
        try
        {
            return await action().ConfigureAwait(false);
        }
        finally
        {
            if (_isWanted && !_closing.IsCancellationRequested)
                TryStart();
        }
    }

    /// <summary>Does something that nobody waits for. It ends with the client; what it throws is of no consequence.</summary>
    public void RunBeside(Func<CancellationToken, Task> action)
    {
        lock (_lock)
        {
            if (!_closing.IsCancellationRequested)
                _beside = RunAsync(_beside, action);
        }
    }

    /// <summary>Waits for what was begun beside the sync until now.</summary>
    public Task WhenDoneBesideAsync()
    {
        lock (_lock)
        {
            return _beside;
        }
    }

    /// <summary>Closes the client; the same task for every caller.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            return _closed ??= Task.Run(CloseOnceAsync);
        }
    }

    private async Task CloseOnceAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await HaltAsync().ConfigureAwait(false);
            await _beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            loop.Control.Dispose();
            store.Dispose();
            server.Dispose();
            status.Complete();
        }
        finally
        {
            // Not disposed: who still waits gets a turn and is told that the client is closed.
            _turn.Release();
        }
    }

    private async Task<IDisposable> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!_closing.IsCancellationRequested)
            return new Turn(_turn);
        _turn.Release();
        throw new ClientClosedException();
    }

    private void Start()
    {
        var syncLock = store.Folder.LockForSync();
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        _running = (Task.Run(() => loop.RunAsync(syncLock, stop.Token), CancellationToken.None), stop);
    }

    private void TryStart()
    {
        try
        {
            Start();
        }
        catch (StoreInUseException)
        {
            // Another client took its chance; it sends what is queued here too.
        }
    }

    private async Task HaltAsync()
    {
        if (_running is not { } running)
            return;
        await running.Stop.CancelAsync().ConfigureAwait(false);
        await running.Loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        running.Stop.Dispose();
        _running = null;
    }

    private async Task RunAsync(Task before, Func<CancellationToken, Task> action)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(() => action(_closing.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
