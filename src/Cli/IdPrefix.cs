namespace KhsCrm.Cli;

/// <summary>Turns what was typed for an id into the id: all of it, or a beginning that only one row has.</summary>
internal static class IdPrefix
{
    private const int MinLength = 4;

    public static async Task<string> ResolveAsync(
        string typed, string kind, Func<string, int, CancellationToken, Task<IReadOnlyList<string>>> findIds,
        CancellationToken cancellationToken)
    {
        if (typed.Length < MinLength)
            throw new UsageException($"'{typed}' is too short for an id: give at least {MinLength} characters.");
        var ids = await findIds(typed, 2, cancellationToken);
        return ids.Count switch
        {
            0 => throw new KhsCrm.SyncClient.KhsCrmException($"There is no {kind} {typed} on this device.")
            {
                Reason = V1.ErrorReason.RowNotFound,
            },
            1 => ids[0],
            _ => throw new UsageException($"More than one {kind} begins with {typed}: give more of the id."),
        };
    }
}
