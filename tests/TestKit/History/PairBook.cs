namespace KhsCrm.TestKit.History;

/// <summary>The rows that transactions write only together: what they hold at a checkpoint tells whether it was a real state.</summary>
internal sealed class PairBook
{
    private readonly Dictionary<RowKey, List<RowKey>> _partners = [];

    public void Add(RowKey left, RowKey right)
    {
        Partners(left).Add(right);
        Partners(right).Add(left);
    }

    /// <summary>Compares the pairs of which something came since the last checkpoint.</summary>
    public void Check(CheckedDevice device, IEnumerable<RowKey> touched, Findings findings)
    {
        if (_partners.Count == 0)
            return;
        foreach (var key in touched)
        {
            if (!_partners.TryGetValue(key, out var partners) || device.Rows.Find(key) is not { } row)
                continue;
            foreach (var partner in partners)
            {
                if (device.Rows.Find(partner) is { } other && other.Notes != row.Notes)
                {
                    findings.Add(
                        FindingKind.TornCheckpoint,
                        device.Device.Name,
                        $"{key} says '{row.Notes}' and {partner} says '{other.Notes}', which one transaction wrote");
                }
            }
        }
    }

    private List<RowKey> Partners(RowKey key)
    {
        if (!_partners.TryGetValue(key, out var partners))
            _partners.Add(key, partners = []);
        return partners;
    }
}
