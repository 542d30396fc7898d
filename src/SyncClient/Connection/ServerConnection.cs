using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Connection;

/// <summary>The channel to the server, opened when it is first needed and again when the address changes.</summary>
internal sealed class ServerConnection(KhsCrmClientOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private GrpcChannel? _channel;
    private string? _address;

    public AuthService.AuthServiceClient Auth(string address) => new(Channel(address));

    public SyncService.SyncServiceClient Sync(string address) => new(Channel(address));

    /// <summary>The metadata that says who calls.</summary>
    public static Metadata Authorization(string accessToken) => new() { { "authorization", $"Bearer {accessToken}" } };

    public void Dispose() => _channel?.Dispose();

    private GrpcChannel Channel(string address)
    {
        lock (_lock)
        {
            if (_channel is not null && _address == address)
                return _channel;
            _channel?.Dispose();
            _channel = Open(address);
            _address = address;
            return _channel;
        }
    }

    private GrpcChannel Open(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new KhsCrmException($"'{address}' is not a server address: it must be like https://crm.example.com.");
        return GrpcChannel.ForAddress(uri, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectTimeout = options.ConnectTimeout,
                // A phone that changes networks leaves half-open connections: find out, even on a quiet stream.
                KeepAlivePingDelay = options.KeepAliveInterval,
                KeepAlivePingTimeout = options.KeepAliveTimeout,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                EnableMultipleHttp2Connections = true,
            },
            LoggerFactory = options.LoggerFactory,
            MaxReceiveMessageSize = options.MaxReceiveMessageBytes,
            DisposeHttpClient = true,
            ThrowOperationCanceledOnCancellation = true,
        });
    }
}
