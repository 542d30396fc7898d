using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>A device that keeps every message of its raw stream, and what it would show.</summary>
internal sealed class RecordingDevice(RunningServer server, string email, Guid userId) : IDisposable
{
    private readonly Hello _hello = StreamExtensions.NewHello();
    private AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse>? _call;

    public Guid UserId => userId;

    /// <summary>What came over the wire since the last look.</summary>
    public List<SyncStreamResponse> Recording { get; } = [];

    public ShownRows Rows { get; } = new();

    public bool IsConnected => _call is not null;

    public async Task ConnectAsync()
    {
        _call = server.OpenStream(await server.SignInAsync(email));
        await _call.SendAsync(new() { Hello = _hello });
    }

    public void Disconnect()
    {
        _call?.Dispose();
        _call = null;
    }

    /// <summary>Reads until a checkpoint shows the marker row with this name: all that was written before it is here.</summary>
    /// <param name="marker">The row.</param>
    /// <param name="name">Its name.</param>
    /// <param name="check">Looks at the rows at every checkpoint.</param>
    public async Task ReadToMarkerAsync(
        string marker, string name, Action<IReadOnlyDictionary<(EntityType Type, string Id), Entity>>? check = null)
    {
        while (true)
        {
            Assert.True(await _call!.ResponseStream.MoveNext(RunningServer.Cancellation), "the stream ended");
            var message = _call.ResponseStream.Current.Clone();
            Recording.Add(message);
            Rows.Apply(message);
            if (message.Delta is { } delta)
                _hello.Cursor = delta.Cursor;
            if (message.Delta is { Checkpoint: true })
                check?.Invoke(Rows);
            if (message.Delta is { Checkpoint: true }
                && Rows.GetValueOrDefault((EntityType.User, marker))?.User.Name == name)
            {
                return;
            }
        }
    }

    public void Dispose() => Disconnect();
}
