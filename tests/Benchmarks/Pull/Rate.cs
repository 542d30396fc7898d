using System.Diagnostics;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>Rows and the time they took.</summary>
internal readonly record struct Measured(long Rows, TimeSpan Time)
{
    public double PerSecond => Rows / Time.TotalSeconds;

    public static Measured Since(long start, long rows) => new(rows, Stopwatch.GetElapsedTime(start));
}

/// <summary>The best of some rounds: what the machine can do when nobody else has it.</summary>
internal sealed class Rate(string name)
{
    public double Best { get; private set; }

    public void Add(int round, Measured measured)
    {
        Console.WriteLine($"{(round == 0 ? "warm-up" : $"round {round}")}: {name} {measured.Rows:#,0} rows, {measured.PerSecond:#,0} rows/s");
        if (round > 0)
            Best = Math.Max(Best, measured.PerSecond);
    }
}
