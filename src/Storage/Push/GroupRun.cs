using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Applies a group, in one transaction or, where that fails, in smaller ones: an operation's fault is found by halves, so that
/// it costs its own result and nothing else (DESIGN §5, "The fault boundary").
/// </summary>
/// <param name="connections">Where the connection comes from.</param>
/// <param name="timeProvider">The clock of the rows that are written.</param>
/// <param name="waiting">How many operations of a device may wait; null when none may.</param>
/// <param name="lockTimeout">How long a lock that somebody else holds is waited for; null for as long as it takes.</param>
/// <param name="faults">Says what a guilty operation is told.</param>
/// <param name="cancellationToken">Gives up before the commit.</param>
internal sealed class GroupRun(
    NpgsqlDataSource connections,
    TimeProvider timeProvider,
    int? waiting,
    TimeSpan? lockTimeout,
    OperationFaults faults,
    CancellationToken cancellationToken)
{
    private const int MaxAttempts = 10;

    /// <summary>Applies a group.</summary>
    /// <param name="group">Each gets its outcome, or its failure.</param>
    /// <param name="locks">Whether the rows are to be locked before anything is decided.</param>
    /// <exception cref="Exception">What is no operation's doing, such as a lost connection.</exception>
    public async Task ApplyAsync(IReadOnlyList<Submission> group, bool locks)
    {
        // Copies of one operation, in two stores: the second has to see the first in the ledger.
        if (group.Count > 1 && RepeatsOperations(group))
        {
            await HalveAsync(group);
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await connections.OpenConnectionAsync(cancellationToken);
            try
            {
                var now = timeProvider.GetUtcNow().UtcDateTime;
                now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
                if (await GroupTransaction.RunAsync(connection, group, now, waiting, lockTimeout, locks, cancellationToken))
                    return;
            }
            catch (PostgresException exception) when (DatabaseFault.IsTransient(exception) && attempt < MaxAttempts)
            {
                // Deadlock or serialization failure: the other transaction went ahead, so this one can now.
            }
            catch (PostgresException exception) when (DatabaseFault.FindOfData(exception) is not null && !locks)
            {
                // It may be that what was read has changed: the same, say, was inserted by another.
            }
            catch (Exception exception) when (DatabaseFault.IsOfOperation(exception))
            {
                await connection.CloseAsync();
                await NarrowAsync(group, exception);
                return;
            }

            locks = true;
        }
    }

    private async Task HalveAsync(IReadOnlyList<Submission> group)
    {
        await ApplyAsync([.. group.Take(group.Count / 2)], locks: true);
        await ApplyAsync([.. group.Skip(group.Count / 2)], locks: true);
    }

    private async Task NarrowAsync(IReadOnlyList<Submission> group, Exception exception)
    {
        if (group.Count > 1)
        {
            await HalveAsync(group);
            return;
        }

        var whole = group[0];
        if (whole.Writes.Count > 1)
        {
            await CutAsync(whole);
            return;
        }

        // Without an operation, or with nothing left of it, it is not to blame, but nobody else is either.
        if (whole.Writes.Count == 0 || whole.Writes[0].IsBare)
        {
            whole.Failure = exception;
            return;
        }

        var guilty = whole.Writes[0];
        if (guilty.Fault is null)
            guilty.Fault = faults.Report(guilty.Operation.Id, exception);
        else
            guilty.Bare();
        await ApplyAsync(group, locks: true);
    }

    private async Task CutAsync(Submission whole)
    {
        var half = whole.Writes.Count / 2;
        var first = new Submission(whole.Actor, [.. whole.Writes.Take(half)]);
        await ApplyAsync([first], locks: true);
        if (first.Outcome is not { Refusal: null })
        {
            (whole.Outcome, whole.Failure) = (first.Outcome, first.Failure);
            return;
        }

        var second = new Submission(whole.Actor, [.. whole.Writes.Skip(half)]);
        await ApplyAsync([second], locks: true);
        // A refusal now would lose the results of the first half; the next push is told the same.
        whole.Outcome = second.Outcome is { } outcome
            ? outcome with { Results = [.. first.Outcome.Results, .. outcome.Results] }
            : null;
        whole.Failure = second.Failure;
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
