using KhsCrm.Storage.Push.Deferral;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Push.GroupCommit;

/// <summary>
/// The one writer of entities (DESIGN §5): authorise, validate, decide in memory, write in sets. The effects, the ledger and the
/// device's sequence are one transaction, so an operation takes effect once whatever is retried and whoever crashes.
/// </summary>
/// <remarks>
/// Coalesces what many callers submit at the same time into few transactions (DESIGN §5): while one commits, what arrives
/// gathers and is the next. Nobody waits for company: an idle server commits a single operation at once. There is no loop
/// to start or stop: the committers run as long as something waits.
/// </remarks>
public sealed class GroupCommitter : IDisposable
{
    // So many batches wait alone for locks of other programs, a connection each.
    private const int MaxAside = 16;

    // Once a group has met a lock, how long its parts wait for it: the longer, the longer the others wait for who wants it.
    private static readonly TimeSpan Search = TimeSpan.FromMilliseconds(25);

    private readonly NpgsqlDataSource _common;
    private readonly NpgsqlDataSource _warm;
    private readonly TimeProvider _timeProvider;
    private readonly GroupCommitOptions _options;
    private readonly int? _waiting;
    private readonly OperationFaults _faults;
    private readonly FairQueue _queue;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _aside = new(MaxAside);
    private int _committers;

    /// <summary>Makes one; a server has one.</summary>
    /// <param name="common">Has connections for batches that wait for locks of other programs.</param>
    /// <param name="warm">Has a connection for each committer.</param>
    /// <param name="timeProvider">The clock of the rows that are written.</param>
    /// <param name="options">The limits.</param>
    /// <param name="deferral">Whether and for how long operations wait for rows; null for not at all.</param>
    /// <param name="logger">Takes the faults that operations meet; null for nobody.</param>
    public GroupCommitter(
        NpgsqlDataSource common,
        [FromKeyedServices(DataSources.Warm)] NpgsqlDataSource warm,
        TimeProvider timeProvider,
        IOptions<GroupCommitOptions> options,
        IOptions<DeferralOptions>? deferral = null,
        ILogger<GroupCommitter>? logger = null)
    {
        (_common, _warm, _timeProvider, _options, _queue) = (common, warm, timeProvider, options.Value, new FairQueue(options.Value));
        _waiting = deferral is { Value: { MaxRetries: > 0 } waits } ? waits.MaxWaitingPerDevice : null;
        _faults = new OperationFaults(logger ?? NullLogger<GroupCommitter>.Instance);
    }

    /// <summary>Applies the one operation of a typed RPC, on the same path as a push.</summary>
    /// <param name="userId">The signed-in user.</param>
    /// <param name="role">The role of their session; the database has the last word.</param>
    /// <param name="write">The operation.</param>
    /// <param name="cancellationToken">Gives up while it waits; once its transaction runs, it is finished.</param>
    public Task<PushOutcome> ApplyAsync(Guid userId, Role role, SingleWrite write, CancellationToken cancellationToken) =>
        SubmitAsync(Submission.Of(userId, role, write, _faults), cancellationToken);

    /// <summary>
    /// Applies a batch of a device's operations. Waits for room first when the queue is full: who reads from a device
    /// reads no more meanwhile.
    /// </summary>
    /// <param name="actor">Who pushes.</param>
    /// <param name="operations">The operations, their <c>client_seq</c> ascending without gaps.</param>
    /// <param name="cancellationToken">Gives up while it waits; once its transaction runs, it is finished.</param>
    public Task<PushOutcome> ApplyAsync(
        Actor actor, IReadOnlyList<Operation> operations, CancellationToken cancellationToken) =>
        SubmitAsync(Submission.Of(actor, operations, _faults), cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _aside.Dispose();

    private async Task<PushOutcome> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        var bytes = submission.Writes.Sum(write => write.Operation.CalculateSize());
        for (var hasWaited = false; ; hasWaited = true)
        {
            QueuedSubmission? queued = null;
            TaskCompletionSource? room;
            lock (_lock)
            {
                room = _queue.WaitForRoom(submission, hasWaited);
                if (room is null)
                {
                    queued = _queue.Add(submission, bytes);
                    StartCommitters();
                }
            }

            if (queued is null)
            {
                using var gone = cancellationToken.UnsafeRegister(
                    static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), room);
                await room!.Task;
                continue;
            }

            using var registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((QueuedSubmission)state!).Cancel(token), queued);
            return await queued.Done;
        }
    }

    private void StartCommitters()
    {
        if (_committers >= _options.Committers || _queue.IsEmpty)
            return;
        _committers++;
        _ = Task.Run(CommitAsync);
    }

    private async Task CommitAsync()
    {
        while (true)
        {
            List<QueuedSubmission> group;
            lock (_lock)
            {
                group = _queue.Take();
                if (group.Count == 0)
                {
                    _committers--;
                    return;
                }

                // What is left over is for the others.
                StartCommitters();
            }

            await CommitAsync(group, _options.LockTimeout);
        }
    }

    private async Task CommitAsync(List<QueuedSubmission> group, TimeSpan lockTimeout)
    {
        var results = await RunAsync(group, _warm, lockTimeout);
        List<QueuedSubmission> blocked = [];
        List<(QueuedSubmission, SubmissionResult)> done = [];
        for (var i = 0; i < group.Count; i++)
        {
            if (results[i].Failure is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
                blocked.Add(group[i]);
            else
                done.Add((group[i], results[i]));
        }

        Complete(done);
        await SetAsideAsync(blocked);
    }

    // Another program holds a lock. The batch that wants it is found by halves and waits alone; nobody else waits with it.
    private async Task SetAsideAsync(List<QueuedSubmission> blocked)
    {
        if (blocked.Count > 1)
        {
            await CommitAsync([.. blocked.Take(blocked.Count / 2)], Search);
            await CommitAsync([.. blocked.Skip(blocked.Count / 2)], Search);
        }
        else if (blocked.Count == 1)
        {
            lock (_lock)
                _queue.SetAside(blocked[0]);
            _ = Task.Run(() => CommitAloneAsync(blocked[0]));
        }
    }

    private async Task CommitAloneAsync(QueuedSubmission queued)
    {
        await _aside.WaitAsync();
        var results = await RunAsync([queued], _common, lockTimeout: null);
        _aside.Release();
        Complete([(queued, results[0])]);
    }

    // Without a timeout, all rows are locked before anything is decided.
    private async Task<IReadOnlyList<SubmissionResult>> RunAsync(
        List<QueuedSubmission> group, NpgsqlDataSource connections, TimeSpan? lockTimeout)
    {
        try
        {
            return await new GroupRun(connections, _timeProvider, _waiting, lockTimeout, _faults)
                .RunAsync([.. group.Select(queued => queued.Submission)], locks: lockTimeout is null);
        }
#pragma warning disable CA1031 // Whatever it is, the callers are told, and the committer goes on.
        catch (Exception exception)
        {
            return [.. group.Select(_ => new SubmissionResult(null, exception))];
        }
#pragma warning restore CA1031
    }

    private void Complete(List<(QueuedSubmission Queued, SubmissionResult Result)> done)
    {
        lock (_lock)
        {
            foreach (var (queued, _) in done)
                _queue.Release(queued);
            StartCommitters();
        }

        foreach (var (queued, result) in done)
            queued.Complete(result);
    }
}
