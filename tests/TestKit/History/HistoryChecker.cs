using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>
/// Decides promises 1 to 4 and 8 (DESIGN §1) for a history. It follows the history as it happens, so a history of any length
/// costs what its rows cost. Clients call <c>Observe</c> from any thread: the order of the calls is the order of real
/// time, so what is sent is observed before it is sent, and what is received after it arrived.
/// </summary>
public sealed class HistoryChecker
{
    private readonly Lock _gate = new();
    private readonly Findings _findings = new();
    private readonly OperationBook _operations = new();
    private readonly ScopeBook _scopes = new();
    private readonly PairBook _pairs = new();
    private readonly Dictionary<HistoryDevice, CheckedDevice> _devices = [];
    private readonly Dictionary<string, (string User, string Job)> _assignments = [];
    private long _order;

    /// <summary>What is wrong so far.</summary>
    public IReadOnlyList<Finding> SoFar
    {
        get
        {
            lock (_gate)
                return _findings.All;
        }
    }

    /// <summary>The rows that a device holds now.</summary>
    public IReadOnlyCollection<RowFacts> RowsOf(HistoryDevice device)
    {
        lock (_gate)
            return [.. Follow(device).Rows.All.Values];
    }

    /// <summary>Takes the next event.</summary>
    public void Observe(HistoryEvent next)
    {
        lock (_gate)
        {
            _order++;
            Take(next);
        }
    }

    /// <summary>Takes what a stream sent to a device.</summary>
    public void Observe(HistoryDevice device, SyncStreamResponse message)
    {
        lock (_gate)
        {
            _order++;
            if (message.Welcome is { } welcome)
                Follow(device).Told(welcome.LastClientSeq);
            foreach (var result in message.PushResult?.Results ?? [])
                Take(new Answered(device, result));
            if (message.PushResult is { LastClientSeq: > 0 } push)
                Follow(device).Told(push.LastClientSeq);
            if (message.Delta is { } delta)
                Follow(device).Receive(delta);
            if (message.ResyncRequired is not null)
                Follow(device).Resync();
        }
    }

    /// <summary>
    /// Ends the history: nothing is written any more, and each device of <paramref name="settled"/> has read to a checkpoint
    /// since.
    /// </summary>
    public HistoryVerdict Finish(DatabaseState state, params IEnumerable<HistoryDevice> settled)
    {
        lock (_gate)
        {
            _operations.Check(state, _findings);
            foreach (var device in _devices.Values)
                EndOfDevice.CheckMissing(device, state, _findings);
            foreach (var device in settled)
                EndOfDevice.CheckEqual(Follow(device), state, _findings);
            return new HistoryVerdict(
                _findings.All,
                _operations.Acknowledged,
                _devices.Values.Sum(device => device.Checkpoints),
                _devices.Values.Sum(device => device.Changes));
        }
    }

    private void Take(HistoryEvent next)
    {
        switch (next)
        {
            case Asked asked:
                Follow(asked.Device).Ask(_order);
                break;
            case Sent sent:
                Send(sent.Operation);
                break;
            case Answered answered:
                Answer(answered.Device, answered.Result);
                break;
            case Received received:
                Follow(received.Device).Receive(received.Delta);
                break;
            case ToldSeq told:
                Follow(told.Device).Told(told.LastClientSeq);
                break;
            case ResyncTold resync:
                Follow(resync.Device).Resync();
                break;
            case Wrote wrote:
                _operations.Confirm(new RowFacts(wrote.Row, wrote.Version), "another program");
                Owe(new RowFacts(wrote.Row, wrote.Version), by: null, seq: 0);
                break;
            case ScopeMayBegin begin:
                _scopes.MayBegin(begin.UserId, begin.JobId, _order);
                break;
            case ScopeEnded ended:
                _scopes.End(ended.UserId, ended.JobId, _order);
                break;
            case Paired pair:
                _pairs.Add(pair.Left, pair.Right);
                break;
        }
    }

    private void Send(Operation operation)
    {
        _operations.Send(operation);
        if (operation is not { Kind: OperationKind.Create, Entity.JobAssignment: { } assignment })
            return;
        _assignments[assignment.Id] = (assignment.UserId, assignment.JobId);
        _scopes.MayBegin(assignment.UserId, assignment.JobId, _order);
    }

    private void Answer(HistoryDevice device, OperationResult result)
    {
        if (RowFacts.Of(result.Entity) is { } shown)
            Follow(device).CheckScope(shown, result.Entity);
        var operation = _operations.Find(result.OperationId);
        var seq = operation?.ClientSeq ?? 0;
        if (_operations.Answer(result) is { } confirmed)
            Owe(confirmed, device, seq);
        if (operation is { Kind: OperationKind.Delete, Entity.JobAssignment: { } ended }
            && result.Outcome is OperationOutcome.Applied or OperationOutcome.Merged
            && _assignments.TryGetValue(ended.Id, out var link))
        {
            _scopes.End(link.User, link.Job, _order);
        }
    }

    private void Owe(RowFacts facts, HistoryDevice? by, long seq)
    {
        foreach (var device in _devices.Values)
        {
            var isOwn = device.Device == by;
            if (device.Rows.Find(facts.Row) is { } held ? held.Version < facts.Version : device.Device.IsOwner || isOwn)
                device.Debts.Owe(facts.Row, facts.Version, _order, isOwn ? seq : 0, facts.JobId);
        }
    }

    private CheckedDevice Follow(HistoryDevice device)
    {
        if (!_devices.TryGetValue(device, out var followed))
            _devices.Add(device, followed = new CheckedDevice(device, _scopes, _pairs, _findings));
        return followed;
    }
}
