using System.Globalization;

namespace KhsCrm.Fuzzer;

/// <summary>The command line.</summary>
/// <param name="Seconds">How long hostile messages are sent.</param>
/// <param name="Seed">What the messages follow from.</param>
/// <param name="Messages">After so many messages it ends earlier.</param>
/// <param name="Workers">How many hostile callers there are.</param>
/// <param name="Kills">Whether single backends are killed meanwhile.</param>
/// <param name="Replay">A recorded finding to repeat instead.</param>
internal sealed record FuzzOptions(int Seconds, int Seed, long Messages, int Workers, bool Kills, string? Replay)
{
    public static FuzzOptions? Parse(string[] args)
    {
        Dictionary<string, string> given = [];
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--no-kills")
                given["--no-kills"] = "";
            else if (i + 1 < args.Length && args[i].StartsWith("--", StringComparison.Ordinal))
                given[args[i]] = args[++i];
            else
                return null;
        }

        if (!given.ContainsKey("--seconds") && !given.ContainsKey("--messages") && !given.ContainsKey("--replay"))
            return null;
        return new FuzzOptions(
            Number("--seconds", int.MaxValue / 1_000),
            Number("--seed", Random.Shared.Next()),
            Number("--messages", int.MaxValue),
            Number("--workers", 12),
            !given.ContainsKey("--no-kills"),
            given.GetValueOrDefault("--replay"));

        int Number(string name, int otherwise) =>
            given.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
