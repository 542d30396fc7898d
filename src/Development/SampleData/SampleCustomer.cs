using System.Globalization;
using KhsCrm.Development.SampleData.Words;

namespace KhsCrm.Development.SampleData;

/// <summary>A sample customer: a household, or sometimes a business.</summary>
internal sealed record SampleCustomer(
    Guid Id, string Name, string? Phone, string? Email, string Address, string? Notes, bool IsArchived, DateTime CreatedAt)
{
    public static SampleCustomer Make(int index)
    {
        var random = new SampleRandom(SampleKind.Customer, index);
        var first = random.Pick(PersonWords.FirstNames.AsSpan());
        var last = random.Pick(PersonWords.LastNames.AsSpan());
        var street = random.Pick(PlaceWords.Streets.AsSpan());
        var town = random.Pick(PlaceWords.Towns.AsSpan());
        var isBusiness = random.Chance(15);
        var name = isBusiness
            ? $"{(random.Chance(50) ? last : street)} {random.Pick(PersonWords.BusinessKinds.AsSpan())}"
            : $"{first} {last}";
        var address = string.Create(CultureInfo.InvariantCulture,
            $"{100 + random.Below(9800)} {street} {random.Pick(PlaceWords.StreetKinds.AsSpan())}, "
            + $"{town.Name}, {town.State} {town.FirstZip + random.Below(20)}");
        var phone = string.Create(CultureInfo.InvariantCulture, $"{town.AreaCode}-555-{random.Below(10_000):0000}");
        var email = string.Create(CultureInfo.InvariantCulture,
            $"{first}.{last.Replace("'", "", StringComparison.Ordinal)}{random.Below(1000)}@example.com").ToLowerInvariant();
        return new SampleCustomer(
            SampleId.Of(SampleKind.Customer, index),
            name,
            random.Chance(92) ? phone : null,
            random.Chance(70) ? email : null,
            address,
            random.Chance(30) ? random.Pick(JobWords.Notes.AsSpan()) : null,
            // Every so often rather than by chance, so that a small sample has one.
            index % 17 == 7,
            SampleTime.At(-300 + random.Below(240), random.Below(600)));
    }
}
