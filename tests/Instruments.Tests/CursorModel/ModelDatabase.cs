namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>
/// PostgreSQL as far as cursors know it: ids that are given out in memory, a WAL that is flushed behind what is written, and
/// a recovery that knows only what was flushed.
/// </summary>
internal sealed class ModelDatabase
{
    private readonly List<WalRecord> _wal;
    private readonly SortedSet<int> _running = [];
    private readonly Dictionary<int, int> _rows = [];
    private readonly HashSet<int> _committed = [];
    private int _nextXid;
    private int _latestCompleted;

    public ModelDatabase()
        : this([], timeline: 1)
    {
    }

    private ModelDatabase(List<WalRecord> wal, int timeline)
    {
        (_wal, Timeline) = (wal, timeline);
        Recover();
    }

    public int Timeline { get; }

    /// <summary>Counts recoveries: a connection of an earlier one is broken.</summary>
    public int Epoch { get; private set; }

    public int Inserted => _wal.Count;

    public int Flushed { get; private set; }

    /// <summary>The row of each transaction that is visible to a new snapshot.</summary>
    public IEnumerable<(int Xid, int Row)> Rows => _rows.Where(row => IsVisible(row.Key)).Select(row => (row.Key, row.Value));

    /// <summary>Gives out the next id. Nothing of that stands in the WAL.</summary>
    public int Begin()
    {
        _running.Add(_nextXid);
        return _nextXid++;
    }

    public void Insert(WalRecord record)
    {
        _wal.Add(record);
        if (record is { Kind: WalKind.Change, Row: > 0 })
            _rows[record.Xid] = record.Row;
    }

    public void Flush(int place) => Flushed = Math.Max(Flushed, Math.Min(place, _wal.Count));

    /// <summary>Takes a transaction out of those that run: its commit or abort record is in the WAL already.</summary>
    public void End(int xid, bool commits)
    {
        _running.Remove(xid);
        if (commits)
            _committed.Add(xid);
        _latestCompleted = Math.Max(_latestCompleted, xid);
    }

    public ModelSnapshot Snapshot() => new(_latestCompleted + 1, [.. _running.Where(xid => xid <= _latestCompleted)]);

    /// <summary>What a standby that has replayed so much is sure of: everything below the oldest id that has not ended there.</summary>
    public ModelSnapshot StandbySnapshot(int replayed)
    {
        var xmin = 1;
        while (_wal.Take(replayed).Any(record => record.Xid == xmin && record.Kind is WalKind.Commit or WalKind.Abort))
            xmin++;
        return new(xmin, []);
    }

    /// <summary>The rows that a standby shows.</summary>
    public IEnumerable<(int Xid, int Row)> StandbyRows(int replayed)
    {
        var committed = _wal.Take(replayed).Where(record => record.Kind == WalKind.Commit).Select(record => record.Xid).ToHashSet();
        return _wal.Take(replayed).Where(record => record.Row > 0 && committed.Contains(record.Xid)).Select(record => (record.Xid, record.Row));
    }

    /// <summary>Whether a transaction waits for its second phase.</summary>
    public bool IsPrepared(int xid, int row) =>
        _running.Contains(xid) && _rows.GetValueOrDefault(xid) == row && _wal.Contains(new(WalKind.Prepare, xid));

    /// <summary>A crash, and the recovery from it.</summary>
    public void Crash()
    {
        _wal.RemoveRange(Flushed, _wal.Count - Flushed);
        Recover();
    }

    /// <summary>A standby that has received so much becomes the primary, on a timeline of its own.</summary>
    public ModelDatabase Promote(int received, int epoch) =>
        new(_wal.GetRange(0, received), Timeline + 1) { Epoch = epoch };

    private bool IsVisible(int xid) => _committed.Contains(xid);

    private void Recover()
    {
        Epoch++;
        _running.Clear();
        _rows.Clear();
        _committed.Clear();
        Flushed = _wal.Count;
        _nextXid = 1;
        foreach (var record in _wal)
        {
            _nextXid = Math.Max(_nextXid, record.Xid + 1);
            if (record.Row > 0)
                _rows[record.Xid] = record.Row;
            if (record.Kind == WalKind.Prepare)
                _running.Add(record.Xid);
            if (record.Kind is WalKind.Commit or WalKind.Abort)
                _running.Remove(record.Xid);
            if (record.Kind == WalKind.Commit)
                _committed.Add(record.Xid);
        }

        _latestCompleted = _nextXid - 1;
    }
}
