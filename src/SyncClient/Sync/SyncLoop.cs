using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Verify;
using KhsCrm.V1;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>Keeps a device in sync: once, or for as long as it is asked to. One at a time for a folder.</summary>
internal sealed class SyncLoop(
    LocalStore store, ServerConnection server, TokenSource tokens, StatusFeed status, KhsCrmClientOptions options, ILogger logger)
{
    /// <summary>How the app steers the loop while it runs.</summary>
    public LoopControl Control { get; } = new();

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
            await attempt.RunAsync(untilSettled: true, cancellationToken).ConfigureAwait(false);
            status.Set(new(SyncState.Offline));
            return attempt.Summary;
        }
        catch (Exception exception)
        {
            status.Set(AfterFailure(exception));
            throw;
        }
    }

    /// <summary>Stays connected until cancelled, or until an error that trying again would not change.</summary>
    /// <param name="syncLock">The right to sync; given back at the end.</param>
    /// <param name="cancellationToken">Ends the loop.</param>
    public async Task RunAsync(IDisposable syncLock, CancellationToken cancellationToken)
    {
        using var held = syncLock;
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = WatchOtherProcessesAsync(watching.Token);
        var backoff = new Backoff(options.FirstReconnectDelay, options.LongestReconnectDelay, Random.Shared.NextDouble);
        try
        {
            while (await RunRoundAsync(backoff, cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && IsEnd(exception))
        {
            status.Set(new(SyncState.Offline));
        }
        catch (Exception exception)
        {
            SyncLog.Stopped(logger, exception);
            status.Set(AfterFailure(exception));
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // One stream and the wait after it; false when there will be no other.
    private async Task<bool> RunRoundAsync(Backoff backoff, CancellationToken cancellationToken)
    {
        var round = await Control.BeginRoundAsync(() => status.Set(new(SyncState.Paused)), cancellationToken)
            .ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, round);
        try
        {
            if (await RunOneStreamAsync(backoff, ending.Token).ConfigureAwait(false) is not { } delay)
                return false;
            await Task.Delay(delay, options.TimeProvider, ending.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (round.IsCancellationRequested && !cancellationToken.IsCancellationRequested && IsEnd(exception))
        {
            backoff.Reset();
            server.Forget();
        }

        return true;
    }

    // How long to wait before the next stream; null when there will be none.
    private async Task<TimeSpan?> RunOneStreamAsync(Backoff backoff, CancellationToken cancellationToken)
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
        catch (KhsCrmException exception) when (IsTransient(exception))
        {
            return WaitAfter(exception, attempt, backoff);
        }
        catch (SqliteException exception)
        {
            // A disk that is full or a file that another process holds too long: later it may be otherwise.
            return WaitAfter(new KhsCrmException($"The store failed: {exception.Message}", exception), attempt, backoff);
        }
        catch (KhsCrmException exception)
        {
            SyncLog.Stopped(logger, exception);
            status.Set(AfterFailure(exception));
            return null;
        }
    }

    private TimeSpan WaitAfter(KhsCrmException exception, SyncAttempt attempt, Backoff backoff)
    {
        if (attempt.WasWelcome)
            backoff.Reset();
        var delay = backoff.Next();
        SyncLog.WillReconnect(logger, delay, exception.Reason);
        status.Set(new(SyncState.Offline, Failure: exception));
        return delay;
    }

    private async Task WatchOtherProcessesAsync(CancellationToken cancellationToken)
    {
        if (options.OtherProcessPollInterval == Timeout.InfiniteTimeSpan)
            return;
        using var timer = new PeriodicTimer(options.OtherProcessPollInterval, options.TimeProvider);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            await store.NoticeOtherProcessesAsync(cancellationToken).ConfigureAwait(false);
    }

    private SyncAttempt NewAttempt(Verification? verification = null) =>
        new(store, server, tokens, status, options, verification);

    // A stream that is cancelled while its connection breaks may say either.
    private static bool IsEnd(Exception exception) => exception is OperationCanceledException or RpcException;

    // A server that is broken or busy now may not be later; what it refuses it will refuse again.
    private static bool IsTransient(KhsCrmException exception) =>
        exception.Reason is ErrorReason.Unavailable or ErrorReason.Internal or ErrorReason.RateLimited;

    private static ClientStatus AfterFailure(Exception exception) => exception switch
    {
        NotSignedInException signedOut => new(SyncState.SignedOut, Failure: signedOut),
        ServerUnreachableException unreachable => new(SyncState.Offline, Failure: unreachable),
        OperationCanceledException => new(SyncState.Offline),
        KhsCrmException failure => new(SyncState.Failed, Failure: failure),
        _ => new(SyncState.Failed, Failure: new KhsCrmException("The sync stopped by a fault of this app.", exception)),
    };
}
