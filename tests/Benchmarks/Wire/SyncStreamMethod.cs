using System.Buffers;
using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Wire;

/// <summary><c>SyncStream</c> for readers that take bytes, or look at them, instead of making messages.</summary>
internal static class SyncStreamMethod
{
    public static Marshaller<byte[]> Bytes { get; } = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    public static Method<byte[], byte[]> OfBytes { get; } = Of(Bytes);

    /// <summary>The method, whose responses are what is seen in their bytes.</summary>
    public static Method<byte[], TSeen> Of<TSeen>(Func<ReadOnlySequence<byte>, TSeen> look)
        where TSeen : class => Of(new Marshaller<TSeen>(
            static (_, _) => throw new NotSupportedException(), context => look(context.PayloadAsReadOnlySequence())));

    private static Method<byte[], TResponse> Of<TResponse>(Marshaller<TResponse> responses) => new(
        MethodType.DuplexStreaming, SyncService.Descriptor.FullName, nameof(SyncService.SyncServiceClient.SyncStream), Bytes, responses);
}
