using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Connection;

/// <summary>The channel to the server, opened when it is first needed and again when the address changes.</summary>
internal sealed class ServerConnection(KhsCrmClientOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private GrpcChannel? _channel;
    private GrpcChannel? _retired;
    private string? _address;
    private int _turn;

    public AuthService.AuthServiceClient Auth(string address) => new(Channel(address));

    public SyncService.SyncServiceClient Sync(string address) => new(Channel(address));

    /// <summary>For the client of any other service.</summary>
    public CallInvoker Invoker(string address) => Channel(address).CreateCallInvoker();

    /// <summary>Until when a unary call that begins now may take: gRPC counts by the system's clock.</summary>
    public DateTime AnswerDeadline => TimeProvider.System.GetUtcNow().UtcDateTime + options.AnswerTimeout;

    /// <summary>The address whose turn it is.</summary>
    public string Current(ServerAddresses addresses) => addresses.At(Volatile.Read(ref _turn));

    /// <summary>Gives the turn to the next address.</summary>
    public void MoveOn() => Interlocked.Increment(ref _turn);

    /// <summary>
    /// Opens another connection for what comes next: the present one may be half open. Calls on it may still end; it is
    /// closed when that one is forgotten too.
    /// </summary>
    public void Forget()
    {
        lock (_lock)
        {
            _retired?.Dispose();
            (_retired, _channel) = (_channel, null);
        }
    }

    /// <summary>The metadata that says who calls.</summary>
    public static Metadata Authorization(string accessToken) => new() { { "authorization", $"Bearer {accessToken}" } };

    public void Dispose()
    {
        _channel?.Dispose();
        _retired?.Dispose();
    }

    private GrpcChannel Channel(string address)
    {
        lock (_lock)
        {
            if (_channel is not null && _address == address)
                return _channel;
            _retired?.Dispose();
            _retired = _channel;
            _channel = Open(address);
            _address = address;
            return _channel;
        }
    }

    private GrpcChannel Open(string address) =>
        GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = options.CreateHttpHandler?.Invoke() ?? HttpHandlers.Create(options),
            LoggerFactory = options.LoggerFactory,
            MaxReceiveMessageSize = options.MaxReceiveMessageBytes,
            // What is not offered, the server does not use.
            CompressionProviders = options.AcceptCompression ? null : [],
            DisposeHttpClient = true,
            ThrowOperationCanceledOnCancellation = true,
        });
}
