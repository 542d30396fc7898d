using System.Diagnostics;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>Rows, the time they took, and where it was counted their bytes on the wire and the CPU time of this process.</summary>
internal readonly record struct Measured(long Rows, TimeSpan Time, long Bytes = 0, TimeSpan Cpu = default)
{
    public double PerSecond => Rows / Time.TotalSeconds;

    public double BytesOfRow => (double)Bytes / Rows;

    public double MicrosecondsOfRow => Cpu.TotalMicroseconds / Rows;

    public static Measured Since(long start, long rows) => new(rows, Stopwatch.GetElapsedTime(start));

    public override string ToString() =>
        $"{Rows:#,0} rows, {PerSecond:#,0} rows/s, {BytesOfRow:0} bytes and {MicrosecondsOfRow:0.00} us of CPU a row";
}
