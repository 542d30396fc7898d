using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using KhsCrm.SyncServer.Tests.Kit;

namespace KhsCrm.SyncServer.Tests.Wire;

/// <summary>
/// The least of HTTP/2 (RFC 9113) that opens a gRPC call over a bare socket: a peer that does only what it is told, and so
/// can be dead, deaf or silent.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    public const byte Data = 0, Headers = 1, Settings = 4, Ping = 6, GoAway = 7;
    public const byte Acknowledges = 1;
    private const byte EndHeaders = 4;
    private const int FrameHeader = 9;

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private RawConnection(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    public static async Task<RawConnection> OpenAsync(string address)
    {
        var uri = new Uri(address);
        var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port, RunningServer.Cancellation);
        var connection = new RawConnection(client);
        await connection._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), RunningServer.Cancellation);
        await connection.SendAsync(Settings, 0, 0, []);
        return connection;
    }

    /// <summary>Begins a call of a gRPC method on stream 1 and sends one message.</summary>
    public async Task CallAsync(string path, string token, IMessage message)
    {
        using var block = new MemoryStream();
        foreach (var (name, value) in new[]
        {
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers"), ("authorization", $"Bearer {token}"),
        })
        {
            // A literal without indexing, both strings without Huffman codes (RFC 7541, 6.2.2).
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        await SendAsync(Headers, EndHeaders, 1, block.ToArray());
        var body = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - 5);
        message.WriteTo(body.AsSpan(5));
        await SendAsync(Data, 0, 1, body);
    }

    public async Task SendAsync(byte type, byte flags, int streamId, byte[] payload)
    {
        var frame = new byte[FrameHeader + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, FrameHeader);
        await _stream.WriteAsync(frame, RunningServer.Cancellation);
    }

    /// <summary>The next frame; null when the server has closed the connection.</summary>
    public async Task<(byte Type, byte Flags, byte[] Payload)?> ReadAsync()
    {
        try
        {
            var header = new byte[FrameHeader];
            await _stream.ReadExactlyAsync(header, RunningServer.Cancellation);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >> 8];
            await _stream.ReadExactlyAsync(payload, RunningServer.Cancellation);
            return (header[3], header[4], payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads up to a ping of the server's own; false when the connection ends first.</summary>
    public async Task<byte[]?> ReadToPingAsync()
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Type == Ping && (frame.Flags & Acknowledges) == 0)
                return frame.Payload;
        }

        return null;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private static void WriteText(MemoryStream block, string text)
    {
        // An integer with a prefix of 7 bits (RFC 7541, 5.1).
        var rest = text.Length - 127;
        block.WriteByte((byte)Math.Min(text.Length, 127));
        if (rest >= 0)
        {
            for (; rest >= 128; rest >>= 7)
                block.WriteByte((byte)(rest & 127 | 128));
            block.WriteByte((byte)rest);
        }

        block.Write(Encoding.ASCII.GetBytes(text));
    }
}
