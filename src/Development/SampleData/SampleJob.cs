using System.Globalization;
using KhsCrm.Development.SampleData.Words;

namespace KhsCrm.Development.SampleData;

/// <summary>A sample job, who works on it, and the statuses it went through after NOT_STARTED.</summary>
internal sealed record SampleJob(
    Guid Id,
    string Title,
    string? Description,
    Guid CustomerId,
    DateOnly? StartDate,
    DateOnly? EndDate,
    string? Notes,
    DateTime CreatedAt,
    int[] Workers,
    string[] Statuses,
    Trade Trade)
{
    /// <summary>The longest way through the statuses.</summary>
    public const int MaxStatuses = 4;

    // Each step is one that the database allows (DESIGN §8). Entries repeat to be more frequent.
    private static readonly string[][] Ways =
    [
        [], [], [],
        ["IN_PROGRESS"], ["IN_PROGRESS"], ["WAITING_ON_MATERIALS", "IN_PROGRESS"],
        ["WAITING_ON_MATERIALS"], ["IN_PROGRESS", "WAITING_ON_MATERIALS"],
        ["ON_HOLD"], ["IN_PROGRESS", "ON_HOLD"],
        ["IN_PROGRESS", "COMPLETED"], ["IN_PROGRESS", "COMPLETED"], ["IN_PROGRESS", "COMPLETED"],
        ["IN_PROGRESS", "WAITING_ON_MATERIALS", "IN_PROGRESS", "COMPLETED"], ["ON_HOLD", "IN_PROGRESS", "COMPLETED"],
    ];

    public static SampleJob Make(int index, int customers)
    {
        var random = new SampleRandom(SampleKind.Job, index);
        var trade = random.Pick(JobWords.Trades.AsSpan());
        // The first jobs go through all the ways in turn, so that even a small sample has every status.
        var way = index < Ways.Length ? Ways[Ways.Length - 1 - index] : random.Pick(Ways.AsSpan());
        var isPlanned = way.Length > 0 || random.Chance(70);
        var start = SampleTime.FirstDay.AddDays((way is [.., "COMPLETED"] ? -120 : 0) + random.Below(110));
        var title = string.Format(
            CultureInfo.InvariantCulture, random.Pick(trade.Titles.AsSpan()), random.Pick(JobWords.Rooms.AsSpan()));
        return new SampleJob(
            SampleId.Of(SampleKind.Job, index),
            title,
            random.Chance(60) ? random.Pick(JobWords.Descriptions.AsSpan()) : null,
            SampleId.Of(SampleKind.Customer, random.Below(customers)),
            isPlanned ? start : null,
            isPlanned && random.Chance(80) ? start.AddDays(random.Below(30)) : null,
            random.Chance(25) ? random.Pick(JobWords.Notes.AsSpan()) : null,
            SampleTime.At(-60 + random.Below(50), random.Below(600)),
            PickWorkers(ref random, way.Length > 0),
            way,
            trade);
    }

    // Work that has begun was begun by somebody.
    private static int[] PickWorkers(ref SampleRandom random, bool hasBegun)
    {
        var first = random.Below(PersonWords.Workers.Length);
        var second = (first + 1 + random.Below(PersonWords.Workers.Length - 1)) % PersonWords.Workers.Length;
        return random.Below(10) switch
        {
            < 2 when !hasBegun => [],
            < 7 => [first],
            _ => [first, second],
        };
    }
}
