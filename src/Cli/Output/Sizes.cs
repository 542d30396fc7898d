using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Cli.Output;

/// <summary>Sizes and spans of time to three digits, which is what people compare.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Bytes(long bytes)
    {
        double size = bytes;
        var unit = 0;
        for (; Math.Abs(size) >= 1024 && unit < Units.Length - 1; unit++)
            size /= 1024;
        return $"{Digits(size)} {Units[unit]}";
    }

    public static string Span(Duration? span) => (span?.ToTimeSpan() ?? TimeSpan.Zero) switch
    {
        { TotalMilliseconds: 0 } => "0 s",
        { TotalSeconds: < 1 } time => $"{Digits(time.TotalMilliseconds)} ms",
        { TotalMinutes: < 1 } time => $"{Digits(time.TotalSeconds)} s",
        { TotalHours: < 1 } time => $"{Digits(time.TotalMinutes)} min",
        { TotalDays: < 1 } time => $"{Digits(time.TotalHours)} h",
        var time => $"{Digits(time.TotalDays)} days",
    };

    private static string Digits(double number) =>
        number.ToString(Math.Abs(number) switch { >= 100 => "0", >= 10 => "0.#", _ => "0.##" }, CultureInfo.InvariantCulture);
}
