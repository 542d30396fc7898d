using System.Net;
using System.Net.Sockets;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>
/// A network between devices and a server that refuses, delays, drips, cuts in the middle of a frame, resets, and goes
/// silent without closing, as a seed decides for each connection. Healed, it is a wire.
/// </summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly List<(Socket Client, Socket Server)> _open = [];
    private readonly Random _random;
    private readonly int _target;
    private readonly Task _accepting;
    private bool _isHealed;

    public FaultyProxy(string target, int seed)
    {
        _random = new Random(seed);
        _target = new Uri(target).Port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What goes wrong with every connection; null for anything.</summary>
    public LinkFault? Always { get; init; }

    /// <summary>How many connections went wrong, by fault.</summary>
    public Dictionary<LinkFault, int> Faults { get; } = [];

    /// <summary>How many connections went wrong in a way so far.</summary>
    public int CountOf(LinkFault fault)
    {
        lock (_lock)
        {
            return Faults.GetValueOrDefault(fault);
        }
    }

    /// <summary>Cuts what is open; what is opened from now on works.</summary>
    public void Heal()
    {
        lock (_lock)
        {
            _isHealed = true;
            foreach (var (client, server) in _open)
                Link.Reset(client, server);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Heal();
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> links = [];
        try
        {
            while (true)
                links.Add(RunAsync(await _listener.AcceptSocketAsync(_closing.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }

        await Task.WhenAll(links);
    }

    private async Task RunAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            var (fault, bytes) = Decide();
            try
            {
                if (fault == LinkFault.Refuse)
                    return;
                await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
                lock (_lock)
                {
                    _open.Add((client, server));
                    if (_isHealed && fault != LinkFault.None)
                        return; // Decided before it was healed.
                }

                await new Link(client, server, fault, bytes).RunAsync(_closing.Token);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
            }
            finally
            {
                lock (_lock)
                {
                    _open.Remove((client, server));
                }
            }
        }
    }

    private (LinkFault Fault, int Bytes) Decide()
    {
        lock (_lock)
        {
            var fault = _isHealed ? LinkFault.None : Always ?? (LinkFault)_random.Next(1 + (int)Enum.GetValues<LinkFault>().Max());
            Faults[fault] = Faults.GetValueOrDefault(fault) + 1;
            // Some hundreds of bytes are the greeting of HTTP/2; some thousands reach into batches and deltas.
            return (fault, _random.Next(200, 20_000));
        }
    }
}
