namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>
/// A device that reads from its cursor, or a pump: one read is a snapshot, then perhaps a proof, then what is sent. The proof
/// is a transaction as any other: it takes an id, and its commit is flushed.
/// </summary>
internal sealed class ModelReader(bool isPump)
{
    private readonly HashSet<int> _held = [];
    private ModelSnapshot? _lookedAt;
    private (ModelCursor Next, List<(int Xid, int Row)> Rows, int Epoch)? _read;
    private int _proof;
    private int _proofEnd;
    private int _epoch;

    public IReadOnlySet<int> Held => _held;

    public ModelCursor Cursor { get; private set; } = ModelCursor.Start;

    /// <summary>How often it was told to take everything anew.</summary>
    public int Resyncs { get; private set; }

    public bool IsIdle => _read is null;

    /// <summary>Takes the next step of a read.</summary>
    public void Step(ModelCluster cluster, ModelRules rules)
    {
        var database = cluster.Primary;
        if (database.Epoch != _epoch && rules.ForgetsLookedAt)
            _lookedAt = null;
        _epoch = database.Epoch;
        if (_read is not { } read)
        {
            Begin(cluster, rules);
            return;
        }

        // Its connection is broken: what it read is discarded. Without the rule it had been sent already.
        if (database.Epoch != read.Epoch)
        {
            Forget();
            return;
        }

        if (_proof == 0)
        {
            _proof = database.Begin();
            database.Insert(new(WalKind.Change, _proof));
        }
        else if (_proofEnd == 0)
        {
            database.Insert(new(WalKind.Commit, _proof));
            _proofEnd = database.Inserted;
        }
        else
        {
            database.Flush(_proofEnd);
            if (rules.IsSynchronous && cluster.Received < _proofEnd)
                return;
            database.End(_proof, commits: true);
            Send(read.Next, read.Rows);
            Forget();
        }
    }

    /// <summary>Reads from a standby, which shows only what is flushed and was streamed.</summary>
    public void ReadStandby(ModelCluster cluster, ModelRules rules)
    {
        if (_read is not null || cluster.Received < Cursor.Place || Cursor.Timeline != cluster.Primary.Timeline)
            return;
        var snapshot = cluster.Primary.StandbySnapshot(cluster.Received);
        if (snapshot.Xmax < Cursor.Base.Xmax)
            return;
        Send(
            new ModelCursor(snapshot, cluster.Primary.Timeline, cluster.Received),
            [.. cluster.Primary.StandbyRows(cluster.Received).Where(row => !Cursor.Base.Shows(row.Xid))]);
        _ = rules;
    }

    private void Begin(ModelCluster cluster, ModelRules rules)
    {
        var database = cluster.Primary;
        if (rules.ChecksForks && !cluster.IsPast(Cursor))
        {
            Resyncs++;
            Cursor = ModelCursor.Start with { Timeline = database.Timeline };
            _held.Clear();
            _lookedAt = null;
        }

        var snapshot = database.Snapshot();
        var place = database.Inserted;
        if (isPump && _lookedAt == snapshot)
            return;
        List<(int, int)> rows = [.. database.Rows.Where(row => snapshot.Shows(row.Xid) && !Cursor.Base.Shows(row.Xid))];
        if (isPump && rows.Count == 0)
        {
            // A live window without rows proves nothing and moves nothing.
            _lookedAt = snapshot;
            return;
        }

        var next = new ModelCursor(snapshot, database.Timeline, place);
        if (!rules.Proves || (database.Flushed >= place && !rules.IsSynchronous))
            Send(next, rows);
        else
            _read = (next, rows, database.Epoch);
    }

    private void Send(ModelCursor next, List<(int Xid, int Row)> rows)
    {
        Cursor = next;
        _lookedAt = next.Base;
        foreach (var (_, row) in rows)
            _held.Add(row);
    }

    private void Forget() => (_read, _proof, _proofEnd) = (null, 0, 0);
}
