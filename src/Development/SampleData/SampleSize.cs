namespace KhsCrm.Development.SampleData;

/// <summary>How much sample data to have.</summary>
/// <param name="Customers">How many customers.</param>
/// <param name="Jobs">How many jobs; above 0 it needs a customer.</param>
/// <param name="Materials">How many materials over all jobs; above 0 it needs a job.</param>
internal sealed record SampleSize(int Customers = 25, int Jobs = 40, int Materials = 200);
