using System.Diagnostics;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>Rows, the time they took, and where it was counted their bytes on the wire and the CPU time of this process.</summary>
internal readonly record struct Measured(long Rows, TimeSpan Time, long Bytes = 0, TimeSpan Cpu = default)
{
    public double PerSecond => Rows / Time.TotalSeconds;

    public double BytesOfRow => (double)Bytes / Rows;

    public double MicrosecondsOfRow => Cpu.TotalMicroseconds / Rows;

    public static Measured Since(long start, long rows) => new(rows, Stopwatch.GetElapsedTime(start));
}

/// <summary>The best of some rounds: what the machine can do when nobody else has it.</summary>
internal sealed class Rate(string name)
{
    public Measured Best { get; private set; }

    public void Add(int round, Measured measured)
    {
        Console.WriteLine(
            $"{(round == 0 ? "warm-up" : $"round {round}")}: {name} {measured.Rows:#,0} rows, {measured.PerSecond:#,0} rows/s, "
            + $"{measured.BytesOfRow:0} bytes and {measured.MicrosecondsOfRow:0.00} us of CPU a row");
        if (round > 0 && (Best.Rows == 0 || measured.PerSecond > Best.PerSecond))
            Best = measured;
    }
}
