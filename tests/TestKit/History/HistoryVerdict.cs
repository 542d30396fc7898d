namespace KhsCrm.TestKit.History;

/// <summary>What the checker says of a history.</summary>
/// <param name="Findings">What is wrong; empty when the promises were kept.</param>
/// <param name="Acknowledged">How many operations were acknowledged as applied.</param>
/// <param name="Checkpoints">How many checkpoints were looked at.</param>
/// <param name="Changes">How many changes devices received.</param>
public sealed record HistoryVerdict(IReadOnlyList<Finding> Findings, long Acknowledged, long Checkpoints, long Changes)
{
    /// <summary>Whether nothing is wrong.</summary>
    public bool IsKept => Findings.Count == 0;

    /// <inheritdoc />
    public override string ToString() =>
        $"{Acknowledged} operations acknowledged, {Checkpoints} checkpoints, {Changes} changes: "
        + (IsKept ? "the promises were kept" : string.Join('\n', Findings.Prepend<object>($"{Findings.Count} findings")));
}
