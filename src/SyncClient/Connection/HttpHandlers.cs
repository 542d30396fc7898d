using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace KhsCrm.SyncClient.Connection;

/// <summary>Makes the library's own handler of a connection.</summary>
internal static class HttpHandlers
{
    public static SocketsHttpHandler Create(KhsCrmClientOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            // A phone that changes networks leaves half-open connections: find out, even on a quiet stream.
            KeepAlivePingDelay = options.KeepAliveInterval,
            KeepAlivePingTimeout = options.KeepAliveTimeout,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            EnableMultipleHttp2Connections = true,
            SslOptions = Tls(options),
        };
        if (options.Proxy is { } proxy)
        {
            handler.Proxy = proxy;
            // gRPC would connect by itself, and knows nothing of this proxy.
            handler.ConnectCallback = ConnectAsync;
        }

        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(KhsCrmClientOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.ClientCertificates.Count > 0)
        {
            tls.ClientCertificates = options.ClientCertificates;
            // The server may not name the authorities that it trusts: the one that is there is meant.
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => options.ClientCertificates[0];
        }

        if (options.CertificateAuthorities.Count > 0)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(options.CertificateAuthorities);
        }

        return tls;
    }
}
