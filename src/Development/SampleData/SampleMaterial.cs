namespace KhsCrm.Development.SampleData;

/// <summary>A line of a sample job's checklist. <c>null</c> as worker is the owner.</summary>
internal sealed record SampleMaterial(
    Guid Id,
    Guid JobId,
    string ItemName,
    decimal Quantity,
    string Unit,
    string? Notes,
    int? AddedBy,
    int? PurchasedBy,
    DateTime? PurchasedAt,
    bool IsDeleted,
    DateTime CreatedAt)
{
    public static SampleMaterial Make(int index, int jobs, int customers)
    {
        var random = new SampleRandom(SampleKind.Material, index);
        var job = SampleJob.Make(random.Below(jobs), customers);
        var item = random.Pick(job.Trade.Items.AsSpan());
        // Units that one counts come in whole numbers.
        var hundredths = item.UsualHundredths * (50 + random.Below(100)) / 100;
        var isCounted = item.Unit is not ("ft" or "lb" or "gal" or "sq ft");
        var quantity = isCounted ? Math.Max(1, hundredths / 100) : Math.Max(25, hundredths / 25 * 25) / 100m;
        var isPurchased = job.Statuses.Length > 0 && random.Chance(job.Statuses is [.., "COMPLETED"] ? 97 : 55);
        var worker = job.Workers.Length > 0 ? job.Workers[random.Below(job.Workers.Length)] : (int?)null;
        var createdAt = job.CreatedAt.AddMinutes(30 + random.Below(20_000));
        return new SampleMaterial(
            SampleId.Of(SampleKind.Material, index),
            job.Id,
            item.Name,
            quantity,
            item.Unit,
            random.Chance(10) ? "Same brand as last time." : null,
            random.Chance(40) ? null : worker,
            isPurchased ? worker : null,
            isPurchased ? createdAt.AddMinutes(60 + random.Below(5_000)) : null,
            random.Chance(4),
            createdAt);
    }
}
