using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Limits;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Streams;

/// <summary>
/// The streams that are open on this server, so that they can be counted, and ended at once with their session. Other
/// servers learn of the end from the database, with their next read.
/// </summary>
internal sealed class StreamRegistry(IOptions<LimitOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, HashSet<LiveStream>> _ofUser = [];
    private readonly Dictionary<string, int> _ofAddress = [];

    /// <summary>Counts a stream until it is disposed of.</summary>
    /// <exception cref="RpcFault">The user or the address has too many.</exception>
    public LiveStream Open(CurrentUser user, string address)
    {
        lock (_lock)
        {
            var streams = _ofUser.GetValueOrDefault(user.Id);
            var count = _ofAddress.GetValueOrDefault(address);
            Check("streams_per_user", streams?.Count ?? 0, options.Value.StreamsPerUser);
            Check("streams_per_address", count, options.Value.StreamsPerAddress);
            if (streams is null)
                _ofUser.Add(user.Id, streams = []);
            var stream = new LiveStream(this, user, address);
            streams.Add(stream);
            _ofAddress[address] = count + 1;
            return stream;
        }
    }

    /// <summary>Ends the streams of a user, but for those of one session.</summary>
    public void EndUser(Guid userId, Guid? exceptSessionId = null) => End(userId, stream => stream.SessionId != exceptSessionId);

    /// <summary>Ends the streams of a session.</summary>
    public void EndSession(Guid userId, Guid sessionId) => End(userId, stream => stream.SessionId == sessionId);

    /// <summary>Ends the streams of a device.</summary>
    public void EndDevice(Guid userId, Guid deviceId) => End(userId, stream => stream.Meter?.DeviceId == deviceId);

    /// <summary>The streams that are open now.</summary>
    public IReadOnlyList<LiveStream> List()
    {
        lock (_lock)
            return [.. _ofUser.Values.SelectMany(streams => streams)];
    }

    /// <summary>Forgets a stream.</summary>
    public void Close(LiveStream stream)
    {
        lock (_lock)
        {
            if (!_ofUser.TryGetValue(stream.UserId, out var streams) || !streams.Remove(stream))
                return;
            if (streams.Count == 0)
                _ofUser.Remove(stream.UserId);
            if (--_ofAddress[stream.Address] == 0)
                _ofAddress.Remove(stream.Address);
        }
    }

    private void End(Guid userId, Func<LiveStream, bool> isMeant)
    {
        lock (_lock)
        {
            foreach (var stream in _ofUser.GetValueOrDefault(userId) ?? [])
            {
                if (isMeant(stream))
                    stream.End();
            }
        }
    }

    private static void Check(string limit, int count, int maximum)
    {
        if (count >= maximum)
        {
            throw new RpcFault(
                ErrorReason.RateLimited, "too many streams are open", ("limit", limit), ("maximum", $"{maximum}"));
        }
    }
}
