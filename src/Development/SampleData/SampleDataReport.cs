namespace KhsCrm.Development.SampleData;

/// <summary>What a run of <see cref="SampleDataLoader"/> did.</summary>
/// <param name="Added">What it added; all zero when everything was there.</param>
/// <param name="Total">The sample data that has been loaded by now, in this run and before.</param>
internal sealed record SampleDataReport(SampleSize Added, SampleSize Total)
{
    /// <summary>Whether there was nothing to do.</summary>
    public bool WasComplete => Added == new SampleSize(0, 0, 0);

    /// <summary>One line for people to read.</summary>
    public string Summary => WasComplete
        ? $"sample data was there already: {Describe(Total)}"
        : $"sample data added: {Describe(Added)}";

    private static string Describe(SampleSize size) =>
        $"{size.Customers} customers, {size.Jobs} jobs, {size.Materials} materials";
}
