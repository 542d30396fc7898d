namespace KhsCrm.Instruments.Tests.CursorModel;

internal enum WriterKind
{
    Durable,
    Careless,
    RolledBack,
    LockOnly,
    IdOnly,
    Notice,
    TwoPhase,
}

/// <summary>A transaction of some program, one step at a time.</summary>
internal sealed class ModelWriter(WriterKind kind, int row)
{
    private int _epoch;
    private int _xid;
    private int _step;
    private int _end;

    public bool IsOver { get; private set; }

    /// <summary>Takes the next step.</summary>
    /// <param name="database">The database.</param>
    /// <param name="received">How much the standby has.</param>
    /// <param name="rules">The rules.</param>
    public void Step(ModelDatabase database, int received, ModelRules rules)
    {
        // A prepared transaction outlives a crash, and somebody else ends it.
        var isPrepared = kind == WriterKind.TwoPhase && _step == 3 && database.IsPrepared(_xid, row);
        if (_step > 0 && database.Epoch != _epoch && !isPrepared)
        {
            IsOver = true;
            return;
        }

        switch (_step++)
        {
            case 0:
                (_epoch, _xid) = (database.Epoch, database.Begin());
                break;
            case 1:
                if (kind is not (WriterKind.IdOnly or WriterKind.Notice))
                    database.Insert(new(WalKind.Change, _xid, kind == WriterKind.LockOnly ? 0 : row));
                break;
            case 2 when kind == WriterKind.TwoPhase:
                database.Insert(new(WalKind.Prepare, _xid));
                database.Flush(database.Inserted);
                break;
            case 2 or 3 when _end == 0:
                _epoch = database.Epoch;
                database.Insert(new(Commits ? WalKind.Commit : WalKind.Abort, _xid));
                _end = database.Inserted;
                break;
            default:
                Finish(database, received, rules);
                break;
        }
    }

    private bool Commits => kind is not (WriterKind.RolledBack or WriterKind.LockOnly);

    private void Finish(ModelDatabase database, int received, ModelRules rules)
    {
        if (kind is WriterKind.Durable or WriterKind.TwoPhase)
        {
            database.Flush(_end);
            if (rules.IsSynchronous && received < _end)
                return;
        }

        database.End(_xid, Commits);
        IsOver = true;
    }
}
