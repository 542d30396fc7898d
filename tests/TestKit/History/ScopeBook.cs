namespace KhsCrm.TestKit.History;

/// <summary>When users may have been assigned to jobs, as far as the clients know.</summary>
internal sealed class ScopeBook
{
    private readonly Dictionary<(string User, string Job), (long Begins, long Ended)> _spans = [];

    public void MayBegin(string user, string job, long order) =>
        _spans[(user, job)] = (order, _spans.GetValueOrDefault((user, job)).Ended);

    public void End(string user, string job, long order)
    {
        if (_spans.TryGetValue((user, job), out var span))
            _spans[(user, job)] = span with { Ended = order };
    }

    /// <summary>Whether a job may have been in a user's scope at some time since an order.</summary>
    public bool MayHold(string user, string job, long since) =>
        _spans.TryGetValue((user, job), out var span) && (span.Ended == 0 || span.Begins > span.Ended || span.Ended > since);
}
