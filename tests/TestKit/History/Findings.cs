namespace KhsCrm.TestKit.History;

/// <summary>Collects findings. The first hundred are kept: one defect may break every later checkpoint.</summary>
internal sealed class Findings
{
    private const int Most = 100;
    private readonly List<Finding> _all = [];

    public IReadOnlyList<Finding> All => [.. _all];

    public void Add(FindingKind kind, string device, string text)
    {
        if (_all.Count < Most)
            _all.Add(new Finding(kind, device, text));
    }
}
