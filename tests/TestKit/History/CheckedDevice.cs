using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>Follows one device through a history and says what it must not have been sent.</summary>
internal sealed class CheckedDevice(HistoryDevice device, ScopeBook scopes, PairBook pairs, Findings findings)
{
    private readonly HashSet<RowKey> _deleted = [];
    private readonly HashSet<RowKey> _touched = [];
    private long _asked;
    private long _lastSeq;
    private long _lastSeqShown;

    public HistoryDevice Device => device;

    public DeviceRows Rows { get; } = new();

    public DebtBook Debts { get; } = new();

    /// <summary>Rows that a checkpoint should have shown and did not hold at all; only the end tells whether they existed.</summary>
    public Dictionary<RowKey, long> Missing { get; } = [];

    public long Checkpoints { get; private set; }

    public long Changes { get; private set; }

    public void Ask(long order) => _asked = order;

    public void Told(long lastClientSeq) => Ascend(ref _lastSeq, lastClientSeq);

    public void Resync()
    {
        Rows.Clear();
        _deleted.Clear();
        _touched.Clear();
        (_lastSeq, _lastSeqShown) = (0, 0);
    }

    public void Receive(Delta delta)
    {
        foreach (var type in delta.BegunAnew)
            Rows.BeginAnew(type);
        foreach (var change in delta.Changes)
            Apply(change);
        if (!delta.Checkpoint)
            return;
        foreach (var type in delta.CompletedAnew)
            Rows.CompleteAnew(type);
        Checkpoints++;
        if (delta.LastClientSeq > 0)
            Ascend(ref _lastSeqShown, delta.LastClientSeq);
        CheckReferences();
        pairs.Check(this, _touched, findings);
        _touched.Clear();
        CheckDebts(delta.LastClientSeq);
        // The first checkpoint of a stream was read after the Hello; those that follow were read after that one arrived at
        // the earliest, but when is not known.
        _asked = 0;
    }

    /// <summary>Looks at a row that the device was sent, in a delta or in a result.</summary>
    public void CheckScope(RowFacts facts, Entity entity)
    {
        if (device.IsOwner)
            return;
        if (facts.Row.Type == EntityType.ActivityLog)
            findings.Add(FindingKind.Leak, device.Name, $"{facts.Row} was sent to a worker");
        if (entity.User is { Email.Length: > 0 } user && user.Id != device.UserId)
            findings.Add(FindingKind.Leak, device.Name, $"the e-mail address of {facts.Row} was sent to a worker");
        if (facts.JobId is { } job && !scopes.MayHold(device.UserId, job, _asked))
            findings.Add(FindingKind.Leak, device.Name, $"{facts.Row} of the job {job}, which was not theirs");
    }

    // A checkpoint that was read before a push may arrive after its result: the two ascend each by itself.
    private void Ascend(ref long last, long next)
    {
        if (next < last)
            findings.Add(FindingKind.WentBack, device.Name, $"last_client_seq {last} became {next}");
        last = next;
    }

    private void Apply(Change change)
    {
        Changes++;
        switch (change.ChangeCase)
        {
            case Change.ChangeOneofCase.Entity when RowFacts.Of(change.Entity) is { } facts:
                CheckScope(facts, change.Entity);
                Put(facts);
                break;
            case Change.ChangeOneofCase.Deleted:
                var gone = new RowKey(change.Deleted.EntityType, change.Deleted.EntityId);
                Rows.Remove(gone);
                Debts.Forgive(gone);
                _deleted.Add(gone);
                if (gone.Type == EntityType.Job)
                    _touched.UnionWith(Rows.OfJob(gone.Id));
                break;
            case Change.ChangeOneofCase.Withdrawn:
                foreach (var row in Rows.Withdraw(new(change.Withdrawn.EntityType, change.Withdrawn.EntityId)))
                    Debts.Forgive(row);
                break;
        }
    }

    private void Put(RowFacts facts)
    {
        if (_deleted.Contains(facts.Row))
            findings.Add(FindingKind.WentBack, device.Name, $"{facts.Row} came back after it was deleted");
        if (Rows.Find(facts.Row) is { } old && old.Version > facts.Version)
            findings.Add(FindingKind.WentBack, device.Name, $"{facts.Row} went back from version {old.Version} to {facts.Version}");
        Rows.Put(facts);
        _touched.Add(facts.Row);
        Debts.Pay(facts.Row, facts.Version);
    }

    private void CheckReferences()
    {
        foreach (var key in _touched)
        {
            if (Rows.Find(key) is not { } row)
                continue;
            if (row.JobId is { } job && !Rows.Has(EntityType.Job, job))
                findings.Add(FindingKind.TornCheckpoint, device.Name, $"{key} is shown without its job {job}");
            if (row.CustomerId is { } customer && !Rows.Has(EntityType.Customer, customer))
                findings.Add(FindingKind.TornCheckpoint, device.Name, $"{key} is shown without its customer {customer}");
            if (row.UserId is { } user && !Rows.Has(EntityType.User, user))
                findings.Add(FindingKind.TornCheckpoint, device.Name, $"{key} is shown without its user {user}");
        }
    }

    private void CheckDebts(long lastClientSeq)
    {
        foreach (var (row, version, job) in Debts.Collect(_asked, lastClientSeq))
        {
            // A worker may have lost the job since.
            if (Rows.Find(row) is not { } held)
            {
                if (device.IsOwner || (job is not null && Rows.Has(EntityType.Job, job)))
                    Missing[row] = version;
            }
            else if (held.Version < version)
                findings.Add(FindingKind.StaleRead, device.Name, $"{row} is shown at version {held.Version}; {version} was confirmed before");
        }
    }
}
