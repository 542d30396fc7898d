using Google.Protobuf;
using Grpc.Core;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>
/// The one who writes to a stream: one frame at a time, whoever it comes from. A device that does not read holds up those
/// who write to it, and nobody else.
/// </summary>
internal sealed class FrameWriter(IServerStreamWriter<StreamFrame> stream) : IDisposable
{
    // A frame of a few rows, shared by many streams, is not worth compressing for each of them.
    private static readonly WriteOptions Now = new(WriteFlags.NoCompress);
    private static readonly WriteOptions WithTheNext = new(WriteFlags.NoCompress | WriteFlags.BufferHint);
    private static readonly WriteOptions Compressed = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Writes a message of this stream's own.</summary>
    public Task WriteAsync(IMessage message, CancellationToken cancellationToken) =>
        WriteAsync(new MessageFrame(message), isFollowed: false, cancellationToken);

    /// <summary>Writes a frame.</summary>
    /// <param name="frame">The frame; it is serialised when the answer completes.</param>
    /// <param name="isFollowed">Whether another follows at once, so that both can go out in one.</param>
    /// <param name="cancellationToken">Ends the stream in the middle of a frame.</param>
    public async Task WriteAsync(StreamFrame frame, bool isFollowed, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            stream.WriteOptions = frame.IsWorthCompressing ? Compressed : isFollowed ? WithTheNext : Now;
            await stream.WriteAsync(frame, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
