using System.Collections.Concurrent;
using System.Threading.Channels;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Deferral;

/// <summary>
/// Brings the final results of operations that had waited to the streams of their devices on this server. What finds no
/// stream, or one that does not keep up, is asked for by the device with its next Hello.
/// </summary>
internal sealed class LateResults
{
    private const int QueueLength = 1_000;

    private readonly ConcurrentDictionary<Guid, Channel<OperationResult>> _streams = [];

    /// <summary>Begins to gather the results for a device's stream; a newer stream of the device takes over.</summary>
    public ChannelReader<OperationResult> Attach(Guid deviceId)
    {
        var channel = Channel.CreateBounded<OperationResult>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite });
        _streams[deviceId] = channel;
        return channel.Reader;
    }

    /// <summary>Ends what <see cref="Attach"/> began.</summary>
    public void Detach(Guid deviceId, ChannelReader<OperationResult> reader)
    {
        if (_streams.TryGetValue(deviceId, out var channel) && channel.Reader == reader)
            _streams.TryRemove(new(deviceId, channel));
    }

    public void Publish(IEnumerable<LateResult> results)
    {
        foreach (var (deviceId, result) in results)
        {
            if (deviceId is { } id && _streams.TryGetValue(id, out var channel))
                channel.Writer.TryWrite(result);
        }
    }
}
