using Google.Protobuf;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>What a hostile device keeps from one stream to the next, until the server will not have it any more.</summary>
internal sealed class HostileDevice(Random random, HostileDevice? before = null)
{
    private const int MostAnswered = 40;
    private const int MostContents = 2_000;
    private readonly List<SentBatch> _answered = [];
    private readonly Dictionary<string, Operation> _contents = [];
    private readonly List<SentBatch> _ofAnother = before?._answered ?? [];

    public string Id { get; } = Ids.New(random);

    /// <summary>The number of the last operation.</summary>
    public long Seq { get; set; }

    public ByteString Cursor { get; set; } = before?.Cursor ?? ByteString.Empty;

    /// <summary>What happened that no device goes on after: a break with batches on the way, numbers that the server refuses.</summary>
    public bool IsSpent { get; set; }

    public void Keep(SentBatch batch)
    {
        if (_answered.Count < MostAnswered)
            _answered.Add(batch);
        else
            _answered[random.Next(MostAnswered)] = batch;
    }

    /// <summary>Whether an operation's id was another operation's before; notes it otherwise.</summary>
    public bool IsTaken(Operation operation)
    {
        var content = operation.Clone();
        content.ClientSeq = 0;
        if (_contents.TryGetValue(operation.Id, out var before))
            return !content.Equals(before);
        if (_contents.Count == MostContents)
            _contents.Clear();
        _contents.Add(operation.Id, content);
        return false;
    }

    /// <summary>A batch that was answered before, as it was sent.</summary>
    public SentBatch? Again()
    {
        if (_answered.Count == 0)
            return null;
        var first = _answered[random.Next(_answered.Count)];
        return new(first.Message, first.Operations, first);
    }

    /// <summary>The operations of a batch that another device of the user sent, under this one's numbers.</summary>
    public SentBatch? OfAnother()
    {
        if (_ofAnother.Count == 0)
            return null;
        var first = _ofAnother[random.Next(_ofAnother.Count)];
        var operations = first.Operations.Select(operation => operation.Clone()).ToList();
        foreach (var operation in operations)
            operation.ClientSeq = ++Seq;
        return new(new SyncStreamRequest { PushBatch = new() { Operations = { operations } } }.ToByteArray(), operations, first, IsOfAnotherDevice: true);
    }
}
