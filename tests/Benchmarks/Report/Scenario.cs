namespace KhsCrm.Benchmarks.Report;

/// <summary>One measured number, beside the floor that was measured in the same run.</summary>
/// <param name="Name">Such as <c>push.batched</c>.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Unit">Of the value and the floor, such as <c>operations/s</c>.</param>
/// <param name="Floor">What the machine does without our code; null where there is none.</param>
/// <param name="Goal">The ratio of value to floor to reach; a limit on the value itself where there is no floor; null for none.</param>
internal sealed record Scenario(string Name, double Value, string Unit, double? Floor = null, double? Goal = null)
{
    /// <summary>How the value compares with the floor.</summary>
    public double? Ratio => Floor is > 0 ? Value / Floor : null;
}
