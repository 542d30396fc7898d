namespace KhsCrm.Storage.Tables;

/// <summary>
/// A day as PostgreSQL counts it, from 2000-01-01. Npgsql would write the first and the last <see cref="DateOnly"/>, which the
/// contract has, as <c>-infinity</c> and <c>infinity</c>, which it has not.
/// </summary>
internal static class SqlDay
{
    private static readonly int Epoch = new DateOnly(2000, 1, 1).DayNumber;

    public static int Of(DateOnly day) => day.DayNumber - Epoch;
}
