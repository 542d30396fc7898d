using System.Collections.Concurrent;
using System.Threading.Channels;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Push.Deferral;

namespace KhsCrm.SyncServer.Deferral;

/// <summary>
/// Brings the final results of operations that had waited to the streams of their devices on this server, whichever server
/// tried them again. What finds no stream, or one that does not keep up, is asked for by the device with its next Hello.
/// </summary>
internal sealed class LateResults
{
    private readonly ConcurrentDictionary<Guid, WaitingStream> _streams = [];

    /// <summary>Begins to gather the results for a device's stream; a newer stream of the device takes over.</summary>
    public ChannelReader<LateNews> Attach(Guid deviceId)
    {
        var stream = new WaitingStream();
        _streams[deviceId] = stream;
        return stream.News;
    }

    /// <summary>Ends what <see cref="Attach"/> began.</summary>
    public void Detach(Guid deviceId, ChannelReader<LateNews> reader)
    {
        if (_streams.TryGetValue(deviceId, out var stream) && stream.News == reader)
            _streams.TryRemove(new(deviceId, stream));
    }

    /// <summary>Notes operations of a device that wait: another server may try them again.</summary>
    public void Await(Guid deviceId, IEnumerable<Guid> operationIds)
    {
        if (_streams.TryGetValue(deviceId, out var stream))
            stream.Await(operationIds);
    }

    /// <summary>Ends what <see cref="Await"/> began, for operations whose results the stream has.</summary>
    public void Forget(Guid deviceId, IEnumerable<Guid> operationIds)
    {
        if (_streams.TryGetValue(deviceId, out var stream))
            stream.Forget(operationIds);
    }

    /// <summary>What the streams of this server wait for.</summary>
    public Guid[] FindAwaited() => [.. _streams.Values.SelectMany(stream => stream.FindAwaited())];

    public void Publish(IEnumerable<LateResult> results)
    {
        foreach (var (deviceId, result) in results)
        {
            if (deviceId is { } id && _streams.TryGetValue(id, out var stream) && Uuid.TryParse(result.OperationId, out var operationId))
                stream.Tell(new LateNews(operationId, result));
        }
    }

    /// <summary>Tells the streams that operations which they wait for are final, in the words of the ledger.</summary>
    public void PublishFinal(IEnumerable<Guid> operationIds)
    {
        var final = operationIds.ToHashSet();
        foreach (var stream in _streams.Values)
        {
            foreach (var id in stream.FindAwaited().Where(final.Contains))
                stream.Tell(new LateNews(id, null));
        }
    }
}
