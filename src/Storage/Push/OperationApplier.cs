using KhsCrm.Storage.Push.Deferral;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// The one writer of entities (DESIGN §5): authorise, validate, decide in memory, write in sets. The
/// effects, the ledger and the device's sequence are one transaction, so an operation takes effect once whatever is
/// retried and whoever crashes.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="timeProvider">The clock of the rows that are written.</param>
/// <param name="deferral">Whether and for how long operations wait for rows; null for not at all.</param>
public sealed class OperationApplier(
    NpgsqlDataSource dataSource, TimeProvider timeProvider, IOptions<DeferralOptions>? deferral = null)
{
    private const int MaxAttempts = 10;

    private readonly int? _waiting = deferral is { Value: { MaxRetries: > 0 } options } ? options.MaxWaitingPerDevice : null;

    /// <summary>Applies the one operation of a typed RPC, on the same path as a push.</summary>
    /// <param name="userId">The signed-in user.</param>
    /// <param name="role">The role of their session; the database has the last word.</param>
    /// <param name="write">The operation.</param>
    /// <param name="cancellationToken">Gives up before the commit; afterwards the operation is in effect.</param>
    public Task<PushOutcome> ApplyAsync(Guid userId, Role role, SingleWrite write, CancellationToken cancellationToken) =>
        ApplyAsync(ToSubmission(userId, role, write), cancellationToken);

    /// <summary>Applies a batch of a device's operations.</summary>
    /// <param name="actor">Who pushes.</param>
    /// <param name="operations">The operations, their <c>client_seq</c> ascending without gaps.</param>
    /// <param name="cancellationToken">Gives up before the commit; afterwards the batch is in effect.</param>
    public Task<PushOutcome> ApplyAsync(
        Actor actor, IReadOnlyList<Operation> operations, CancellationToken cancellationToken) =>
        ApplyAsync(ToSubmission(actor, operations), cancellationToken);

    internal static Submission ToSubmission(Guid userId, Role role, SingleWrite write)
    {
        write.Operation.ClientSeq = 0;
        return new Submission(new Actor(userId, role, null), [write]);
    }

    internal static Submission ToSubmission(Actor actor, IReadOnlyList<Operation> operations) =>
        new(actor, [.. operations.Select(operation => new SingleWrite(operation))]);

    /// <summary>Applies submissions that wait for any lock for as long as it takes, before anything is decided.</summary>
    internal Task ApplyLockedAsync(IReadOnlyList<Submission> group, CancellationToken cancellationToken) =>
        ApplyAsync(group, dataSource, lockTimeout: null, locks: true, cancellationToken);

    /// <summary>
    /// Applies submissions of several callers in one transaction, or, where that meets something, in several. Each has its
    /// outcome afterwards; when this throws, those that were committed have theirs.
    /// </summary>
    /// <param name="group">The submissions; no device is in it twice.</param>
    /// <param name="connections">Where the connection comes from.</param>
    /// <param name="lockTimeout">How long a lock that somebody else holds is waited for; null for as long as it takes.</param>
    /// <param name="locks">Whether the rows are to be locked before anything is decided, though nobody else may want them.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    internal async Task ApplyAsync(
        IReadOnlyList<Submission> group,
        NpgsqlDataSource connections,
        TimeSpan? lockTimeout,
        bool locks,
        CancellationToken cancellationToken)
    {
        // Copies of one operation, in two stores: the second has to see the first in the ledger.
        if (group.Count > 1 && RepeatsOperations(group))
        {
            await NarrowAsync(group, null, connections, lockTimeout, cancellationToken);
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await connections.OpenConnectionAsync(cancellationToken);
                var now = timeProvider.GetUtcNow().UtcDateTime;
                now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
                if (await GroupTransaction.RunAsync(connection, group, now, _waiting, lockTimeout, locks, cancellationToken))
                    return;
            }
            catch (PostgresException exception) when (DatabaseFault.IsTransient(exception) && attempt < MaxAttempts)
            {
                // Deadlock or serialization failure: the other transaction went ahead, so this one can now.
            }
            catch (PostgresException exception) when (DatabaseFault.IsOfData(exception) && !locks)
            {
                // It may be that what was read has changed: the same, say, was inserted by another.
            }
            catch (PostgresException exception) when (DatabaseFault.IsOfData(exception) && group.Any(one => one.Writes.Count > 0))
            {
                await NarrowAsync(group, exception, connections, lockTimeout, cancellationToken);
                return;
            }

            locks = true;
        }
    }

    private async Task<PushOutcome> ApplyAsync(Submission submission, CancellationToken cancellationToken)
    {
        await ApplyAsync([submission], dataSource, lockTimeout: null, locks: false, cancellationToken);
        return submission.Outcome!;
    }

    // What the planning could not foresee, such as a customer deleted by psql at this moment. The guilty operation is found
    // by halves, so that it costs its own result and nothing else.
    private async Task NarrowAsync(
        IReadOnlyList<Submission> group,
        PostgresException? exception,
        NpgsqlDataSource connections,
        TimeSpan? lockTimeout,
        CancellationToken cancellationToken)
    {
        if (group.Count > 1)
        {
            await ApplyAsync([.. group.Take(group.Count / 2)], connections, lockTimeout, locks: true, cancellationToken);
            await ApplyAsync([.. group.Skip(group.Count / 2)], connections, lockTimeout, locks: true, cancellationToken);
            return;
        }

        var whole = group[0];
        if (whole.Writes.Count == 1)
        {
            // Again the same error means that the rejection itself cannot be recorded: no data of the operation's.
            if (whole.Fault is not null)
                throw exception!;
            whole.Fault = exception;
            await ApplyAsync(group, connections, lockTimeout, locks: true, cancellationToken);
            return;
        }

        var half = whole.Writes.Count / 2;
        var first = new Submission(whole.Actor, [.. whole.Writes.Take(half)]);
        await ApplyAsync([first], connections, lockTimeout, locks: true, cancellationToken);
        whole.Outcome = first.Outcome;
        if (first.Outcome!.Refusal is not null)
            return;
        whole.Outcome = null;
        var second = new Submission(whole.Actor, [.. whole.Writes.Skip(half)]);
        await ApplyAsync([second], connections, lockTimeout, locks: true, cancellationToken);
        // A refusal now would lose the results of the first half; the next push is told the same.
        whole.Outcome = second.Outcome! with { Results = [.. first.Outcome.Results, .. second.Outcome!.Results] };
    }

    private static bool RepeatsOperations(IReadOnlyList<Submission> group)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var submission in group)
        {
            // Within one batch the planning says so.
            var before = ids.Count;
            var own = submission.Writes.Select(write => write.Operation.Id).ToHashSet(StringComparer.Ordinal);
            ids.UnionWith(own);
            if (ids.Count < before + own.Count)
                return true;
        }

        return false;
    }
}
