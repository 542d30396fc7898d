using Google.Protobuf.Reflection;
using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>The service's methods for callers that send bytes and take bytes.</summary>
internal static class RawCalls
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    /// <summary>All methods but SyncStream.</summary>
    public static IReadOnlyList<MethodDescriptor> Methods { get; } =
    [
        .. new[]
        {
            AuthService.Descriptor, SyncService.Descriptor, UserService.Descriptor, CustomerService.Descriptor, JobService.Descriptor,
            MaterialService.Descriptor, ActivityService.Descriptor, ServiceAccountService.Descriptor, OperationsService.Descriptor,
        }.SelectMany(service => service.Methods).Where(method => !method.IsClientStreaming),
    ];

    public static Method<byte[], byte[]> SyncStream { get; } =
        new(MethodType.DuplexStreaming, SyncService.Descriptor.FullName, "SyncStream", Bytes, Bytes);

    public static Method<byte[], byte[]> Of(MethodDescriptor method) => new(
        method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, method.Service.FullName, method.Name, Bytes, Bytes);

    /// <summary>Methods that cost so much by design that they are called seldom.</summary>
    public static bool IsDear(MethodDescriptor method) =>
        method.Service.Name is "AuthService" or "OperationsService" || method.Name is "CreateUser" or "DeactivateUser" or "ResetPassword" or "SetPassword" or "Pull";
}
