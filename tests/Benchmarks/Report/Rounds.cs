namespace KhsCrm.Benchmarks.Report;

/// <summary>
/// What is measured in rounds, beside its floor: the machine is seldom alone, and its good and bad minutes are those of all
/// parts of a round.
/// </summary>
internal static class Rounds
{
    /// <summary>The round with the median ratio; of an even number, the lower of the two.</summary>
    public static T Median<T>(this IEnumerable<T> rounds, Func<T, double> ratio)
    {
        T[] ordered = [.. rounds.OrderBy(ratio)];
        return ordered[(ordered.Length - 1) / 2];
    }
}
