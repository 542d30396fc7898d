using KhsCrm.Storage.Push.Deferral;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Loops;
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
    DatabaseOutage outage,
    ILogger<DeferralWorker> logger) : DatabaseLoop(options.Value.PollInterval, timeProvider, outage, logger)
{
    private readonly TimeProvider _time = timeProvider;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private volatile bool _anyWaits = true;

    /// <summary>Takes note of what a push did: it may be what others wait for, or wait itself.</summary>
    /// <param name="deviceId">Whose push; null for a typed RPC.</param>
    /// <param name="written">The results.</param>
    public void Notice(Guid? deviceId, IReadOnlyList<OperationResult> written)
    {
        var waits = written.Any(result => result.Outcome == OperationOutcome.Deferred);
        if (deviceId is { } device && written.Any(Waits))
            results.Await(device, written.Where(Waits).Select(result => Guid.Parse(result.OperationId)));
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

        // What another server has tried again. Nothing is asked while no stream of this server waits.
        if (results.FindAwaited() is { Length: > 0 } awaited)
            results.PublishFinal(await deferred.FindFinalIdsAsync(awaited, cancellationToken));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var woken = _wake.WaitAsync(either.Token);
        await Task.WhenAny(woken, Task.Delay(options.Value.PollInterval, _time, either.Token));
        await either.CancelAsync();
    }

    protected override void LogFailure(Exception exception) => DeferralLog.RetryFailed(logger, exception);

    private static bool Waits(OperationResult result) =>
        result is { Outcome: OperationOutcome.Deferred } or { Outcome: OperationOutcome.Duplicate, FirstOutcome: OperationOutcome.Deferred };

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
