using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Verify;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>Keeps a device in sync: once, or for as long as it is asked to. One at a time for a folder.</summary>
internal sealed class SyncLoop(
    LocalStore store, ServerConnection server, TokenSource tokens, StatusFeed status, KhsCrmClientOptions options, ILogger logger)
{
    // What was refused may stay so for long: 15 minutes at most, by default.
    private const int LongerAfterRefusal = 15;

    private readonly Chores _chores = new(store, server, tokens, options);

    /// <summary>How the app steers the loop while it runs.</summary>
    public LoopControl Control { get; } = new(options.TimeProvider);

    /// <summary>Pushes and pulls once.</summary>
    public Task<SyncSummary> RunOnceAsync(CancellationToken cancellationToken) => RunOnceAsync(null, cancellationToken);

    /// <summary>Pushes and pulls once, and then compares what is here with what the server has.</summary>
    public async Task<VerifyReport> VerifyAsync(CancellationToken cancellationToken)
    {
        var verification = new Verification();
        await RunOnceAsync(verification, cancellationToken).ConfigureAwait(false);
        return verification.Report;
    }

    private async Task<SyncSummary> RunOnceAsync(Verification? verification, CancellationToken cancellationToken)
    {
        using var syncLock = store.Folder.LockForSync();
        var attempt = NewAttempt(verification);
        try
        {
            // Before, so that this very stream brings what becomes of them.
            await _chores.TrySendGivenUpAsync(cancellationToken).ConfigureAwait(false);
            await attempt.RunAsync(untilSettled: true, cancellationToken).ConfigureAwait(false);
            status.Set(new(SyncState.Offline));
            return attempt.Summary;
        }
        catch (OperationCanceledException)
        {
            status.Set(new(SyncState.Offline));
            throw;
        }
        catch (Exception exception)
        {
            var failure = SyncFailure.Explain(exception);
            status.Set(new(SyncFailure.StateOf(failure), Failure: failure));
            if (ReferenceEquals(failure, exception))
                throw;
            throw failure;
        }
    }

    /// <summary>Stays connected until cancelled. Nothing else ends it: what fails is tried again, or waits for a person.</summary>
    /// <param name="syncLock">The right to sync; given back at the end.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public async Task RunAsync(IDisposable syncLock, CancellationToken cancellationToken)
    {
        using var held = syncLock;
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchOtherProcessesAsync(watching.Token);
        var backoff = new Backoff(options.FirstReconnectDelay, options.LongestReconnectDelay, Random.Shared.NextDouble);
        var refusals = new Backoff(
            options.FirstReconnectDelay, options.LongestReconnectDelay * LongerAfterRefusal, Random.Shared.NextDouble);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
                await RunRoundAsync(backoff, refusals, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Only that of the loop comes as far as here.
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            status.Set(new(SyncState.Offline));
        }
    }

    /// <summary>Does what is to be done beside a stream, as far as the server can be reached.</summary>
    public Task RunChoresAsync(CancellationToken cancellationToken) => _chores.RunAsync(cancellationToken);

    // One stream and the wait after it.
    private async Task RunRoundAsync(Backoff backoff, Backoff refusals, CancellationToken cancellationToken)
    {
        var round = await Control.BeginRoundAsync(() => status.Set(new(SyncState.Paused)), cancellationToken)
            .ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, round);
        try
        {
            var delay = await RunOneStreamAsync(backoff, refusals, ending.Token).ConfigureAwait(false);
            await Control.WaitAsync(delay, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Another network, perhaps.
            server.Forget();
        }

        if (round.IsCancellationRequested)
        {
            backoff.Reset();
            refusals.Reset();
        }
    }

    // How long to wait before the next stream.
    private async Task<TimeSpan> RunOneStreamAsync(Backoff backoff, Backoff refusals, CancellationToken cancellationToken)
    {
        var attempt = NewAttempt();
        try
        {
            var asked = await attempt.RunAsync(untilSettled: false, cancellationToken).ConfigureAwait(false);
            if (attempt.WasWelcome)
                backoff.Reset();
            status.Set(new(SyncState.Offline));
            return asked ?? backoff.Next();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // A stream that is cancelled while its connection breaks may say anything.
            throw new OperationCanceledException("The round ended.", exception, cancellationToken);
        }
        catch (Exception exception)
        {
            return WaitAfter(SyncFailure.Explain(exception), attempt, backoff, refusals);
        }
    }

    private TimeSpan WaitAfter(KhsCrmException failure, SyncAttempt attempt, Backoff backoff, Backoff refusals)
    {
        var state = SyncFailure.StateOf(failure);
        status.Set(new(state, Failure: failure));
        if (SyncFailure.NeedsPerson(state))
        {
            SyncLog.WaitsForPerson(logger, failure, state);
            return Timeout.InfiniteTimeSpan;
        }

        if (state == SyncState.Offline)
        {
            if (attempt.WasWelcome)
                backoff.Reset();
            var soon = backoff.Next();
            SyncLog.WillReconnect(logger, soon, failure.Reason);
            return soon;
        }

        // A server that says Welcome and then always fails is not asked every second.
        if (attempt.HasProgress)
            refusals.Reset();
        var delay = refusals.Next();
        SyncLog.Failed(logger, failure, delay);
        return delay;
    }

    private async Task WatchOtherProcessesAsync(CancellationToken cancellationToken)
    {
        if (options.OtherProcessPollInterval == Timeout.InfiniteTimeSpan)
            return;
        using var timer = new PeriodicTimer(options.OtherProcessPollInterval, options.TimeProvider);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await store.NoticeOtherProcessesAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                SyncLog.LookFailed(logger, exception);
            }
        }
    }

    private SyncAttempt NewAttempt(Verification? verification = null) =>
        new(store, server, tokens, status, options, Control, logger, verification);
}
