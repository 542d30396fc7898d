using Grpc.Core;
using Grpc.Net.Client;

namespace KhsCrm.Benchmarks.Live;

/// <summary>
/// Many open streams, a hundred a connection, read as bytes: a device's own work is not what is measured. Each message is
/// searched for the marks of changes, and each mark is counted at the moment it came.
/// </summary>
internal sealed class StreamSet(string address, Method<byte[], byte[]> method, int count) : IAsyncDisposable
{
    private const int StreamsPerConnection = 100;
    private const int OpenAtOnce = 32;
    private readonly List<GrpcChannel> _channels = [];
    private readonly List<AsyncDuplexStreamingCall<byte[], byte[]>> _calls = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Task> _readers = [];

    public int Count => count;

    /// <summary>Opens all; ends when each has read a first message that the predicate takes for the end of its opening.</summary>
    public async Task OpenAsync(
        Func<int, byte[]> hello, Metadata metadata, Func<byte[], bool> isOpened, Deliveries deliveries, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i += StreamsPerConnection)
            _channels.Add(GrpcChannel.ForAddress(address, new() { MaxReceiveMessageSize = null }));
        using var places = new SemaphoreSlim(OpenAtOnce);
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            await places.WaitAsync(cancellationToken);
            try
            {
                var call = _channels[i / StreamsPerConnection].CreateCallInvoker()
                    .AsyncDuplexStreamingCall(method, null, new CallOptions(metadata, cancellationToken: _closing.Token));
                lock (_calls)
                    _calls.Add(call);
                await call.RequestStream.WriteAsync(hello(i), cancellationToken);
                do
                {
                    if (!await call.ResponseStream.MoveNext(cancellationToken))
                        throw new InvalidOperationException("A stream ended at once.");
                }
                while (!isOpened(call.ResponseStream.Current));
                lock (_readers)
                    _readers.Add(ReadAsync(call, deliveries));
            }
            finally
            {
                places.Release();
            }
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_readers);
        foreach (var call in _calls)
            call.Dispose();
        foreach (var channel in _channels)
            channel.Dispose();
        _closing.Dispose();
    }

    private async Task ReadAsync(AsyncDuplexStreamingCall<byte[], byte[]> call, Deliveries deliveries)
    {
        try
        {
            while (await call.ResponseStream.MoveNext(_closing.Token))
                deliveries.Count(call.ResponseStream.Current);
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            if (!_closing.IsCancellationRequested)
                deliveries.Fail(exception);
        }
    }
}
