using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync.Frames;

/// <summary>
/// Binds the service as it is generated, but for SyncStream, whose responses are frames: bytes that many streams share need
/// no message object for each of them.
/// </summary>
internal sealed class SyncServiceBinding : IServiceMethodProvider<SyncService>
{
    private static readonly Marshaller<StreamFrame> Frames = new(
        static (frame, context) => frame.Serialize(context),
        static _ => throw new NotSupportedException("A server only writes responses."));

    /// <summary>Binds nothing: what ASP.NET Core's gRPC calls first, where every method would be bound as generated.</summary>
    public static void BindService(ServiceBinderBase binder, SyncService service)
    {
    }

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<SyncService> context) =>
        V1.SyncService.BindService(new Binder(context), null);

    // Is told every method of the contract, with its marshallers.
    private sealed class Binder(ServiceMethodProviderContext<SyncService> context) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            context.AddUnaryMethod(method, [], Find<UnaryServerMethod<SyncService, TRequest, TResponse>>(
                method, typeof(TRequest), typeof(ServerCallContext)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddServerStreamingMethod(method, [], Find<ServerStreamingServerMethod<SyncService, TRequest, TResponse>>(
                method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (method is not Method<SyncStreamRequest, SyncStreamResponse> stream)
                throw new NotSupportedException($"{method.FullName} is a stream that nobody has bound.");
            context.AddDuplexStreamingMethod(
                new Method<SyncStreamRequest, StreamFrame>(
                    stream.Type, stream.ServiceName, stream.Name, stream.RequestMarshaller, Frames),
                [],
                static (service, requests, responses, call) => service.SyncStream(requests, responses, call));
        }

        private static T Find<T>(IMethod method, params Type[] parameters)
            where T : Delegate => typeof(SyncService).GetMethod(method.Name, parameters)!.CreateDelegate<T>();
    }
}
