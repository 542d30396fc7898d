namespace KhsCrm.TestKit.History;

/// <summary>Changes that were confirmed and that a device has not been sent yet. Each is owed at a certain checkpoint.</summary>
internal sealed class DebtBook
{
    private readonly Dictionary<RowKey, (long Version, long Order, long Seq, string? Job)> _owed = [];

    /// <summary>Notes a confirmed change.</summary>
    /// <param name="row">The row.</param>
    /// <param name="version">Its version.</param>
    /// <param name="order">When the confirmation was received.</param>
    /// <param name="seq">The number of the device's own operation; 0 for another's.</param>
    /// <param name="job">The job that the row belongs to, where it is known.</param>
    public void Owe(RowKey row, long version, long order, long seq, string? job)
    {
        if (!_owed.TryGetValue(row, out var old) || old.Version < version)
            _owed[row] = (version, order, seq, job);
    }

    /// <summary>A version arrived.</summary>
    public void Pay(RowKey row, long version)
    {
        if (_owed.TryGetValue(row, out var debt) && debt.Version <= version)
            _owed.Remove(row);
    }

    public void Forgive(RowKey row) => _owed.Remove(row);

    /// <summary>What a checkpoint should have shown, removed from the book.</summary>
    /// <param name="asked">When the read was asked for; what was confirmed earlier must be in it.</param>
    /// <param name="lastClientSeq">The device's own operations up to here are in the checkpoint.</param>
    public List<(RowKey Row, long Version, string? Job)> Collect(long asked, long lastClientSeq)
    {
        List<(RowKey Row, long Version, string? Job)> due = [];
        foreach (var (row, debt) in _owed)
        {
            if (debt.Order < asked || (debt.Seq > 0 && debt.Seq <= lastClientSeq))
                due.Add((row, debt.Version, debt.Job));
        }

        foreach (var debt in due)
            _owed.Remove(debt.Row);
        return due;
    }
}
