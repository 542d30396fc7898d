using Grpc.Core;
using Grpc.Net.Client;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>Sends each call to another of several servers, as a balancer does while the servers of a fleet are replaced.</summary>
internal sealed class TurningInvoker(IReadOnlyList<string> urls) : CallInvoker, IDisposable
{
    private readonly GrpcChannel[] _channels = [.. urls.Select(url => GrpcChannel.ForAddress(url))];
    private readonly int[] _streams = new int[urls.Count];
    private int _calls;
    private volatile bool _isStaying;

    /// <summary>How many streams were opened at the server that had fewest.</summary>
    public int FewestStreams => _streams.Min();

    /// <summary>From now on every call goes to the first.</summary>
    public void Stay() => _isStaying = true;

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        Invoker(Next()).BlockingUnaryCall(method, host, options, request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        Invoker(Next()).AsyncUnaryCall(method, host, options, request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        Invoker(Next()).AsyncServerStreamingCall(method, host, options, request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        Invoker(Next()).AsyncClientStreamingCall(method, host, options);

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var server = Next();
        Interlocked.Increment(ref _streams[server]);
        return Invoker(server).AsyncDuplexStreamingCall(method, host, options);
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
            channel.Dispose();
    }

    private CallInvoker Invoker(int server) => _channels[server].CreateCallInvoker();

    // By chance, so that a device that comes alone is not always sent to the same one.
    private int Next() => _isStaying ? 0 : (Interlocked.Increment(ref _calls) + Random.Shared.Next(2)) % _channels.Length;
}
