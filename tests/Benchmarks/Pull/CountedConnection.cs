using System.Net.Sockets;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>A connection that counts the bytes it receives: HTTP/2 and gRPC frames, compressed as they come.</summary>
internal sealed class CountedConnection(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>The bytes received.</summary>
    public long Received { get; private set; }

    public static async Task<CountedConnection> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new CountedConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer, cancellationToken);
        Received += count;
        return count;
    }
}
