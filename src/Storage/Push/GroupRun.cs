using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>Applies the submissions of several callers in one transaction or, where that fails, in smaller ones.</summary>
/// <param name="connections">Where the connections come from.</param>
/// <param name="timeProvider">The clock of the rows that are written.</param>
/// <param name="waiting">How many operations of a device may wait; null when none may.</param>
/// <param name="lockTimeout">How long a lock that somebody else holds is waited for; null for as long as it takes.</param>
/// <param name="faults">Says what a guilty operation is told.</param>
internal sealed class GroupRun(
    NpgsqlDataSource connections, TimeProvider timeProvider, int? waiting, TimeSpan? lockTimeout, OperationFaults faults)
    : Narrowing<Submission, SubmissionResult>(connections, timeProvider, CancellationToken.None)
{
    protected override async Task<IReadOnlyList<SubmissionResult>?> TryAsync(
        NpgsqlConnection connection, IReadOnlyList<Submission> work, DateTime now, bool locks, CancellationToken cancellationToken)
    {
        var outcomes = await GroupTransaction.RunAsync(connection, work, now, waiting, lockTimeout, locks, cancellationToken);
        return outcomes?.ConvertAll(outcome => new SubmissionResult(outcome, null));
    }

    protected override async Task<IReadOnlyList<SubmissionResult>> BlameAsync(Submission guilty, Exception exception)
    {
        if (guilty.Writes.Count > 1)
            return [await CutAsync(guilty)];
        // Without an operation, or with nothing left of it, it is not to blame, but nobody else is either.
        if (guilty.Writes is not [{ IsBare: false } write])
            return GiveUp([guilty], exception);
        var told = write.Fault is null ? write with { Fault = faults.Report(write.Operation.Id, exception) } : write.ToBare();
        return await RunAsync([new Submission(guilty.Actor, [told])], locks: true);
    }

    protected override IReadOnlyList<SubmissionResult> GiveUp(IReadOnlyList<Submission> work, Exception exception) =>
        [.. work.Select(_ => new SubmissionResult(null, exception))];

    // Copies of one operation, in two stores: the second has to see the first in the ledger. Within one batch the planning says so.
    protected override bool FitsOneTransaction(IReadOnlyList<Submission> work)
    {
        if (work.Count == 1)
            return true;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var submission in work)
        {
            var before = ids.Count;
            var own = submission.Writes.Select(write => write.Operation.Id).ToHashSet(StringComparer.Ordinal);
            ids.UnionWith(own);
            if (ids.Count < before + own.Count)
                return false;
        }

        return true;
    }

    private async Task<SubmissionResult> CutAsync(Submission whole)
    {
        var half = whole.Writes.Count / 2;
        var first = (await RunAsync([new Submission(whole.Actor, [.. whole.Writes.Take(half)])], locks: true))[0];
        if (first.Outcome is not { Refusal: null } done)
            return first;
        var second = (await RunAsync([new Submission(whole.Actor, [.. whole.Writes.Skip(half)])], locks: true))[0];
        // A refusal now would lose the results of the first half; the next push is told the same.
        return second.Outcome is { } outcome
            ? new(outcome with { Results = [.. done.Results, .. outcome.Results] }, null)
            : second;
    }
}
