using System.Net.Sockets;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>What goes wrong with a connection.</summary>
internal enum LinkFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is closed as soon as it is opened.</summary>
    Refuse,

    /// <summary>It ends after some bytes, wherever a frame is then.</summary>
    Drop,

    /// <summary>The same by a reset: what was on its way is lost.</summary>
    Reset,

    /// <summary>After some bytes nothing comes through, and nobody is told.</summary>
    HalfOpen,

    /// <summary>Every packet is late.</summary>
    Delay,

    /// <summary>A few bytes at a time, and the end after some of them.</summary>
    Slow,

    /// <summary>The server hears all and is never heard.</summary>
    Mute,
}

/// <summary>One connection through a <see cref="FaultyProxy"/>.</summary>
internal sealed class Link(Socket client, Socket server, LinkFault fault, int bytes)
{
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(20);

    private int _left = bytes;

    /// <summary>Cuts a connection so that both ends learn of it at once.</summary>
    public static void Reset(Socket client, Socket server)
    {
        foreach (var socket in new[] { client, server })
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        client.NoDelay = server.NoDelay = true;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = PumpAsync(client, server, ending.Token);
        var down = PumpAsync(server, client, ending.Token);
        await Task.WhenAny(up, down);
        await ending.CancelAsync();
        if (fault == LinkFault.Reset)
            Reset(client, server);
        await Task.WhenAll(up, down);
    }

    private async Task PumpAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[fault == LinkFault.Slow ? 300 : 16_384];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
            {
                var passes = fault is LinkFault.None or LinkFault.Delay or LinkFault.Mute ? count : Math.Min(count, Left(count));
                if (fault is LinkFault.Delay or LinkFault.Slow)
                    await Task.Delay(fault == LinkFault.Delay ? Late : TimeSpan.FromMilliseconds(1), cancellationToken);
                if (fault == LinkFault.Mute && from == server)
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                for (var sent = 0; sent < passes;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, passes - sent), cancellationToken);
                if (passes == count)
                    continue;
                if (fault == LinkFault.HalfOpen)
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken); // Until it is healed or given up.
                return;
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private int Left(int count) => Math.Max(0, Interlocked.Add(ref _left, -count) + count);
}
