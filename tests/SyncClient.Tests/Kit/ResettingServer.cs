using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace KhsCrm.SyncClient.Tests.Kit;

/// <summary>
/// As much of HTTP/2 (RFC 9113) as it takes to cancel every stream as soon as its first message is here: what a proxy does
/// whose server is gone.
/// </summary>
internal sealed class ResettingServer : IDisposable
{
    private const byte Data = 0, ResetStream = 3, Settings = 4;
    private const int FrameHeader = 9;
    private static readonly byte[] Cancel = [0, 0, 0, 8];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private int _resets;

    public ResettingServer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>The streams that were begun and cancelled.</summary>
    public int Resets => Volatile.Read(ref _resets);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync();
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var held = client;
        var stream = client.GetStream();
        await stream.ReadExactlyAsync(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length]);
        await SendAsync(stream, Settings, 0, []);
        var last = 0;
        while (true)
        {
            var header = new byte[FrameHeader];
            await stream.ReadExactlyAsync(header);
            await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadInt32BigEndian(header) >> 8]);
            var id = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
            if (header[3] != Data || id == last)
                continue;
            last = id;
            await SendAsync(stream, ResetStream, id, Cancel);
            Interlocked.Increment(ref _resets);
        }
    }

    private static async Task SendAsync(NetworkStream stream, byte type, int id, byte[] payload)
    {
        var frame = new byte[FrameHeader + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, FrameHeader);
        await stream.WriteAsync(frame);
    }
}
