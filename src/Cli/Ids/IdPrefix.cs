using KhsCrm.Cli.Errors;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Ids;

/// <summary>Turns what was typed for an id into the id: all of it, or a beginning that only one row has.</summary>
internal static class IdPrefix
{
    private const int MinLength = 4;

    /// <summary>Finds it among ids that are at hand.</summary>
    public static Task<string> ResolveAsync(
        string typed, string kind, string listing, IEnumerable<string> ids, CancellationToken cancellationToken) =>
        ResolveAsync(
            typed, kind, listing,
            (prefix, limit, _) => Task.FromResult<IReadOnlyList<string>>(
                [.. ids.Where(id => id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Take(limit)]),
            cancellationToken);

    /// <summary>Finds it in the store.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="kind">What it is to name, for errors.</param>
    /// <param name="listing">The command that lists them, for errors.</param>
    /// <param name="findIds">Finds ids by how they begin, at most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<string> ResolveAsync(
        string typed, string kind, string listing, Func<string, int, CancellationToken, Task<IReadOnlyList<string>>> findIds,
        CancellationToken cancellationToken)
    {
        if (typed.Length < MinLength)
            throw new UsageException($"'{typed}' is too short for an id: give at least {MinLength} characters.");
        var ids = await findIds(typed, 2, cancellationToken);
        return ids.Count switch
        {
            0 => throw new KhsCrmException($"There is no {kind} {typed} on this device. See: khs {listing}") { Reason = ErrorReason.RowNotFound },
            1 => ids[0],
            _ => throw new UsageException($"More than one {kind} begins with {typed}: give more of the id."),
        };
    }
}
