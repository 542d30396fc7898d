namespace KhsCrm.Fuzzer.Generation;

/// <summary>Ids that hostile callers know, by kind. Rows of the honest devices and of protected users are not among them.</summary>
internal sealed class Pool
{
    private const int Most = 500;
    private readonly Dictionary<string, List<string>> _ids = [];
    private int _next;
    private readonly Lock _gate = new();

    public void Add(string kind, string id)
    {
        lock (_gate)
        {
            if (!_ids.TryGetValue(kind, out var ids))
                _ids.Add(kind, ids = []);
            if (ids.Count < Most)
                ids.Add(id);
            else
                ids[_next = (_next + 1) % Most] = id;
        }
    }

    public string Pick(string kind, Random random)
    {
        lock (_gate)
            return _ids.TryGetValue(kind, out var ids) && ids.Count > 0 ? ids[random.Next(ids.Count)] : $"{Ids.New(random)}";
    }
}
