using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>The operations of a recorded device that are not answered yet, in batches as they were first sent.</summary>
internal sealed class DeviceOutbox
{
    private readonly LinkedList<List<Operation>> _batches = new();
    private long _lastSeq;

    public int Count => _batches.Count;

    /// <summary>The number that the next operation on the wire has.</summary>
    public long NextSeq => _batches.First?.Value[0].ClientSeq ?? _lastSeq + 1;

    public IEnumerable<List<Operation>> Batches => _batches;

    public void Add(List<Operation> batch)
    {
        foreach (var operation in batch)
            operation.ClientSeq = ++_lastSeq;
        _batches.AddLast(batch);
    }

    /// <summary>Takes an answered operation out.</summary>
    public Operation? Settle(OperationResult result)
    {
        for (var node = _batches.First; node is not null; node = node.Next)
        {
            var at = node.Value.FindIndex(operation => operation.Id == result.OperationId);
            if (at < 0)
                continue;
            var operation = node.Value[at];
            node.Value.RemoveAt(at);
            if (node.Value.Count == 0)
                _batches.Remove(node);
            return operation;
        }

        return null;
    }
}
