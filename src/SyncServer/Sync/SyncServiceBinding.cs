using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// Binds the service as it is generated, but for SyncStream and Pull, whose responses are frames: bytes that many streams
/// share, or that were written as the rows were read, need no message objects.
/// </summary>
internal sealed class SyncServiceBinding : IServiceMethodProvider<SyncService>
{
    private static readonly Marshaller<StreamFrame> Frames = new(
        static (frame, context) => frame.Serialize(context),
        static _ => throw new NotSupportedException("A server only writes responses."));

    /// <summary>The contract that is bound; the JSON forms of the RPCs are found by it.</summary>
    public static ServiceDescriptor Descriptor => V1.SyncService.Descriptor;

    /// <summary>
    /// Binds the JSON forms as generated, of messages: SyncStream has none. Binds nothing for ASP.NET Core's gRPC, which asks here first
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
                method.Name, typeof(TRequest), typeof(ServerCallContext)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (method is not Method<PullRequest, PullResponse> pull)
                throw new NotSupportedException($"{method.FullName} is a stream that nobody has bound.");
            context.AddServerStreamingMethod(
                WithFrames(pull), [], static (service, request, responses, call) => service.PullFrames(request, responses, call));
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (method is not Method<SyncStreamRequest, SyncStreamResponse> stream)
                throw new NotSupportedException($"{method.FullName} is a stream that nobody has bound.");
            context.AddDuplexStreamingMethod(
                WithFrames(stream), [], static (service, requests, responses, call) => service.SyncStream(requests, responses, call));
        }

        private static Method<TRequest, StreamFrame> WithFrames<TRequest, TResponse>(Method<TRequest, TResponse> method) =>
            new(method.Type, method.ServiceName, method.Name, method.RequestMarshaller, Frames);

        private static T Find<T>(string name, params Type[] parameters)
            where T : Delegate => typeof(SyncService).GetMethod(name, parameters)!.CreateDelegate<T>();
    }
}
