using System.Net;
using System.Net.Sockets;

namespace KhsCrm.TestKit;

/// <summary>Whether a Docker engine is there, found out by one connection attempt.</summary>
internal static class DockerEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        foreach (var (family, endPoint) in EndPoints())
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            try
            {
                using var socket = new Socket(family, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(endPoint, limit.Token);
                return true;
            }
            catch (Exception refusal) when (refusal is SocketException or OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        return false;
    }

    private static IEnumerable<(AddressFamily, EndPoint)> EndPoints()
    {
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host)
        {
            var uri = new Uri(host);
            return uri.Scheme == "unix"
                ? [(AddressFamily.Unix, new UnixDomainSocketEndPoint(uri.AbsolutePath))]
                : [(AddressFamily.InterNetwork, new DnsEndPoint(uri.Host, uri.Port, AddressFamily.InterNetwork))];
        }
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string[] sockets =
        [
            "/var/run/docker.sock",
            Path.Combine(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? "/run", "docker.sock"),
            Path.Combine(home, ".docker/run/docker.sock"),
        ];
        return sockets.Where(File.Exists)
            .Select(path => (AddressFamily.Unix, (EndPoint)new UnixDomainSocketEndPoint(path)));
    }
}
