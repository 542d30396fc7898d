using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace KhsCrm.Benchmarks.Cost;

/// <summary>
/// Compares the costs of two builds of this program, which take turns round by round: of each measure the median of the paired
/// differences, and the interval that holds it with 95 % certainty whatever their distribution is.
/// </summary>
internal static class CostComparison
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        var rounds = arguments.Number("rounds", 20);
        using var before = await StartAsync(arguments.Options["before"], cancellationToken);
        using var after = await StartAsync(typeof(CostComparison).Assembly.Location, cancellationToken);
        List<(Dictionary<string, double> Before, Dictionary<string, double> After)> pairs = [];
        for (var i = 0; i < rounds; i++)
        {
            // Who goes first changes, for the disk and the processors remember.
            if (i % 2 == 0)
            {
                var first = await RoundAsync(before, cancellationToken);
                pairs.Add((first, await RoundAsync(after, cancellationToken)));
            }
            else
            {
                var first = await RoundAsync(after, cancellationToken);
                pairs.Add((await RoundAsync(before, cancellationToken), first));
            }

            Console.Error.WriteLine($"round {i + 1} of {rounds}");
        }

        Console.WriteLine($"{rounds} rounds each, in turn\n\n| measure | before | after | change | 95 % interval |\n|---|--:|--:|--:|--:|");
        foreach (var measure in pairs[0].After.Keys.Order(StringComparer.Ordinal))
        {
            var changes = pairs.Select(pair => pair.After[measure] - pair.Before[measure]).Order().ToArray();
            var (low, high) = Interval(rounds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {measure} | {Median(pairs.Select(pair => pair.Before[measure])):0.##} | {Median(pairs.Select(pair => pair.After[measure])):0.##} | {Median(changes):+0.##;-0.##;0} | {changes[low]:+0.##;-0.##;0} to {changes[high]:+0.##;-0.##;0} |"));
        }

        foreach (var process in new[] { before, after })
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
        }

        return 0;
    }

    // The order statistics between which the median of so many values lies with 95 %: by the binomial distribution, in its
    // normal approximation (W. J. Conover, "Practical Nonparametric Statistics", 3.2). For 20 values the 6th and the 15th.
    private static (int Low, int High) Interval(int count)
    {
        var low = Math.Max(0, (int)Math.Floor((count / 2.0) - (1.96 * Math.Sqrt(count) / 2)));
        return (low, count - 1 - low);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }

    private static async Task<Process> StartAsync(string dll, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, ArgumentList = { dll, "cost" } };
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == "ready")
                return process;
        }

        throw new InvalidOperationException($"{dll} ended.");
    }

    private static async Task<Dictionary<string, double>> RoundAsync(Process process, CancellationToken cancellationToken)
    {
        await process.StandardInput.WriteLineAsync("round".AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        return JsonSerializer.Deserialize<Dictionary<string, double>>((await process.StandardOutput.ReadLineAsync(cancellationToken))!)!;
    }
}
