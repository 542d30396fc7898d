using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using KhsCrm.V1;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

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

    /// <summary>The contract that is bound; the JSON forms of the RPCs are found by it.</summary>
    public static ServiceDescriptor Descriptor => V1.SyncService.Descriptor;

    /// <summary>
    /// Binds the JSON forms as generated, for SyncStream has none. Binds nothing for ASP.NET Core's gRPC, which asks here first
    /// and would bind every method as generated.
    /// </summary>
    public static void BindService(ServiceBinderBase binder, V1.SyncService.SyncServiceBase? service)
    {
        if (binder.GetType().Assembly == typeof(GrpcJsonTranscodingMetadata).Assembly)
            V1.SyncService.BindService(binder, service);
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
