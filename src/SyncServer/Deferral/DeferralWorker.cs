using KhsCrm.Storage.Push.Deferral;
using KhsCrm.SyncServer.Live;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Deferral;

/// <summary>
/// Tries operations that wait for a row again: at once when this server wrote what may be the row, and from time to time
/// for what others wrote.
/// </summary>
internal sealed class DeferralWorker(
    DeferredOperations deferred,
    LateResults results,
    Commits commits,
    IOptions<DeferralOptions> options,
    TimeProvider timeProvider,
    ILogger<DeferralWorker> logger) : DatabaseLoop(options.Value.PollInterval, timeProvider)
{
    private readonly TimeProvider _time = timeProvider;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private volatile bool _anyWaits = true;

    /// <summary>Takes note of what a push did: it may be what others wait for, or wait itself.</summary>
    public void Notice(IReadOnlyList<OperationResult> written)
    {
        var waits = written.Any(result => result.Outcome == OperationOutcome.Deferred);
        if (waits)
            _anyWaits = true;
        // Only a new row can be what somebody waits for; any row of these kinds is good enough for a look.
        if (waits || (_anyWaits && written.Any(result => IsWaitedFor(result.Entity))))
            Wake();
    }

    /// <summary>Tells devices and streams what became of operations.</summary>
    public void Publish(IReadOnlyList<LateResult> late)
    {
        if (late.Count == 0)
            return;
        results.Publish(late);
        commits.Begin(deviceId: null).Dispose();
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task StepAsync(CancellationToken cancellationToken)
    {
        if (options.Value.MaxRetries > 0)
        {
            var (late, anyWaits) = await deferred.RetryDueAsync(cancellationToken);
            _anyWaits = anyWaits;
            Publish(late);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var woken = _wake.WaitAsync(either.Token);
        await Task.WhenAny(woken, Task.Delay(options.Value.PollInterval, _time, either.Token));
        await either.CancelAsync();
    }

    protected override void LogFailure(Exception exception) => DeferralLog.RetryFailed(logger, exception);

    private static bool IsWaitedFor(Entity? row) =>
        row?.RowCase is Entity.RowOneofCase.Customer or Entity.RowOneofCase.Job or Entity.RowOneofCase.JobAssignment;

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already.
        }
    }
}
