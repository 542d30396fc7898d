using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Push.GroupCommit;

/// <summary>
/// Coalesces what many callers submit at the same time into few transactions (DESIGN §5): while one commits, what arrives
/// gathers and is the next. Nobody waits for company: an idle server commits a single operation at once. There is no loop
/// to start or stop: the committers run as long as something waits.
/// </summary>
public sealed class GroupCommitter : IDisposable
{
    // So many batches wait alone for locks of other programs, a connection each.
    private const int MaxAside = 16;

    private readonly OperationApplier _applier;
    private readonly NpgsqlDataSource _dataSource;
    private readonly GroupCommitOptions _options;
    private readonly FairQueue _queue;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _aside = new(MaxAside);
    private int _committers;

    /// <summary>Makes one; a server has one.</summary>
    /// <param name="applier">Applies the groups.</param>
    /// <param name="dataSource">Has a connection for each committer.</param>
    /// <param name="options">The limits.</param>
    public GroupCommitter(
        OperationApplier applier, [FromKeyedServices(DataSources.Warm)] NpgsqlDataSource dataSource, IOptions<GroupCommitOptions> options) =>
        (_applier, _dataSource, _options, _queue) = (applier, dataSource, options.Value, new FairQueue(options.Value));

    /// <summary>Applies the one operation of a typed RPC; see <see cref="OperationApplier"/>.</summary>
    /// <param name="userId">The signed-in user.</param>
    /// <param name="role">The role of their session; the database has the last word.</param>
    /// <param name="write">The operation.</param>
    /// <param name="cancellationToken">Gives up while it waits; once its transaction runs, it is finished.</param>
    public Task<PushOutcome> ApplyAsync(Guid userId, Role role, SingleWrite write, CancellationToken cancellationToken) =>
        SubmitAsync(OperationApplier.ToSubmission(userId, role, write), cancellationToken);

    /// <summary>
    /// Applies a batch of a device's operations. Waits for room first when the queue is full: who reads from a device
    /// reads no more meanwhile.
    /// </summary>
    /// <param name="actor">Who pushes.</param>
    /// <param name="operations">The operations, their <c>client_seq</c> ascending without gaps.</param>
    /// <param name="cancellationToken">Gives up while it waits; once its transaction runs, it is finished.</param>
    public Task<PushOutcome> ApplyAsync(
        Actor actor, IReadOnlyList<Operation> operations, CancellationToken cancellationToken) =>
        SubmitAsync(OperationApplier.ToSubmission(actor, operations), cancellationToken);

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

            await CommitAsync(group);
        }
    }

    private async Task CommitAsync(IReadOnlyList<QueuedSubmission> group)
    {
        Exception? failure = null;
        try
        {
            await _applier.ApplyAsync(
                [.. group.Select(queued => queued.Submission)], _dataSource, _options.LockTimeout, locks: false, CancellationToken.None);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await SetAsideAsync([.. group.Where(queued => queued.Submission.Outcome is null)]);
            group = [.. group.Where(queued => queued.Submission.Outcome is not null)];
        }
#pragma warning disable CA1031 // Whatever it is, the callers are told, and the committer goes on.
        catch (Exception exception)
        {
            failure = exception;
        }
#pragma warning restore CA1031
        Complete(group, failure);
    }

    // Another program holds a lock. The batch that wants it is found by halves and waits alone; nobody else waits with it.
    private async Task SetAsideAsync(IReadOnlyList<QueuedSubmission> group)
    {
        if (group.Count > 1)
        {
            await CommitAsync([.. group.Take(group.Count / 2)]);
            await CommitAsync([.. group.Skip(group.Count / 2)]);
        }
        else if (group.Count == 1)
        {
            lock (_lock)
                _queue.SetAside(group[0]);
            _ = Task.Run(() => CommitAloneAsync(group[0]));
        }
    }

    private async Task CommitAloneAsync(QueuedSubmission queued)
    {
        Exception? failure = null;
        await _aside.WaitAsync();
        try
        {
            await _applier.ApplyLockedAsync([queued.Submission], CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever it is, the caller is told.
        catch (Exception exception)
        {
            failure = exception;
        }
#pragma warning restore CA1031
        finally
        {
            _aside.Release();
        }

        Complete([queued], failure);
    }

    private void Complete(IReadOnlyList<QueuedSubmission> group, Exception? failure)
    {
        lock (_lock)
        {
            foreach (var queued in group)
                _queue.Release(queued);
            StartCommitters();
        }

        foreach (var queued in group)
            queued.Complete(failure);
    }
}
