namespace KhsCrm.Development.SampleData;

/// <summary>The kinds of sample rows. The numbers are part of the rows' ids.</summary>
internal enum SampleKind
{
    Worker = 1,
    Customer = 2,
    Job = 3,
    Assignment = 4,
    Material = 5,
}
