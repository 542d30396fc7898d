using System.Threading.Channels;

namespace KhsCrm.SyncServer.Deferral;

/// <summary>A stream whose device may have operations that wait. Both queues are bounded: what is beyond them comes with a Hello.</summary>
internal sealed class WaitingStream
{
    private const int QueueLength = 1_000;

    private readonly Channel<LateNews> _news = Channel.CreateBounded<LateNews>(
        new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly HashSet<Guid> _awaited = [];

    public ChannelReader<LateNews> News => _news.Reader;

    public void Await(IEnumerable<Guid> operationIds)
    {
        lock (_awaited)
        {
            foreach (var id in operationIds)
            {
                if (_awaited.Count < QueueLength)
                    _awaited.Add(id);
            }
        }
    }

    public void Forget(IEnumerable<Guid> operationIds)
    {
        lock (_awaited)
            _awaited.ExceptWith(operationIds);
    }

    public Guid[] FindAwaited()
    {
        lock (_awaited)
            return [.. _awaited];
    }

    public void Tell(LateNews news)
    {
        lock (_awaited)
            _awaited.Remove(news.OperationId);
        _news.Writer.TryWrite(news);
    }
}
