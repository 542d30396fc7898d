namespace KhsCrm.Development.SampleData;

/// <summary>The sample data's past: fixed, so that two runs make the same rows.</summary>
internal static class SampleTime
{
    /// <summary>The Monday that sample work is planned around.</summary>
    public static readonly DateOnly FirstDay = new(2026, 6, 1);

    public static DateTime At(int day, int minute) =>
        FirstDay.AddDays(day).ToDateTime(new TimeOnly(7, 0), DateTimeKind.Utc).AddMinutes(minute);
}
