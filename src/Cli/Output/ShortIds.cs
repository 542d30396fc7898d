namespace KhsCrm.Cli.Output;

/// <summary>
/// Cuts the ids of a list, for a terminal, to the length at which each tells one row of this device from all others.
/// </summary>
internal static class ShortIds
{
    private const int Least = 8;

    /// <summary>Cuts ids to one length.</summary>
    /// <param name="printer">Where they will be printed; only a terminal gets them cut.</param>
    /// <param name="ids">The ids, whole.</param>
    /// <param name="findIds">Finds ids of this device by how they begin, at most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What to print for an id.</returns>
    public static async Task<Func<string, string>> ForAsync(
        Printer printer, IEnumerable<string> ids, Func<string, int, CancellationToken, Task<IReadOnlyList<string>>> findIds,
        CancellationToken cancellationToken)
    {
        if (!printer.IsTerminal)
            return id => id;
        var length = Least;
        foreach (var id in ids)
        {
            while (length < id.Length && (await findIds(id[..length], 2, cancellationToken)).Count > 1)
                length++;
        }

        return id => id.Length > length ? id[..length].TrimEnd('-') : id;
    }
}
