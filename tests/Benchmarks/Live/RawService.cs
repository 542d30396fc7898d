using System.Threading.Channels;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using KhsCrm.Benchmarks.Wire;

namespace KhsCrm.Benchmarks.Live;

/// <summary>The floor: a gRPC stream that writes the bytes it is given, and nothing else.</summary>
internal sealed class RawService(RawHub hub)
{
    public static Method<byte[], byte[]> Method { get; } = new(MethodType.DuplexStreaming, "bench.Raw", nameof(Stream), SyncStreamMethod.Bytes, SyncStreamMethod.Bytes);

    public async Task Stream(
        IAsyncStreamReader<byte[]> requests, IServerStreamWriter<byte[]> responses, ServerCallContext context)
    {
        var (now, withTheNext) = (new WriteOptions(), new WriteOptions(WriteFlags.BufferHint));
        await requests.MoveNext(context.CancellationToken);
        var payloads = hub.Join();
        while (await payloads.WaitToReadAsync(context.CancellationToken))
        {
            while (payloads.TryRead(out var payload))
            {
                responses.WriteOptions = payloads.TryPeek(out _) ? withTheNext : now;
                await responses.WriteAsync(payload, context.CancellationToken);
            }
        }
    }
}

/// <summary>Binds <see cref="RawService"/>, which no contract describes.</summary>
internal sealed class RawServiceBinding : IServiceMethodProvider<RawService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RawService> context) => context.AddDuplexStreamingMethod(
        RawService.Method, [], static (service, requests, responses, call) => service.Stream(requests, responses, call));
}

/// <summary>Broadcasts to all raw streams.</summary>
internal sealed class RawHub
{
    private readonly List<Channel<byte[]>> _streams = [];

    public ChannelReader<byte[]> Join()
    {
        var channel = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
        lock (_streams)
            _streams.Add(channel);
        channel.Writer.TryWrite([]);
        return channel.Reader;
    }

    public void Broadcast(byte[] payload)
    {
        lock (_streams)
        {
            foreach (var stream in _streams)
                stream.Writer.TryWrite(payload);
        }
    }
}
