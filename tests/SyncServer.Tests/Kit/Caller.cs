using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>Somebody who calls unary RPCs. A request says by its type which RPC is meant, so a test can be a list of requests.</summary>
internal sealed class Caller(RunningServer server, Metadata credentials, string userId = "")
{
    private static readonly FileDescriptor[] Files =
    [
        AuthServiceReflection.Descriptor, UserServiceReflection.Descriptor, CustomerServiceReflection.Descriptor,
        JobServiceReflection.Descriptor, MaterialServiceReflection.Descriptor, ActivityServiceReflection.Descriptor,
        OperationsServiceReflection.Descriptor, ServiceAccountServiceReflection.Descriptor, SyncServiceReflection.Descriptor,
    ];

    private static readonly FrozenDictionary<string, MethodDescriptor> ByRequest =
        Methods.ToFrozenDictionary(method => method.InputType.FullName);

    /// <summary>Every unary RPC of the contract.</summary>
    public static IEnumerable<MethodDescriptor> Methods => Files
        .SelectMany(file => file.Services).SelectMany(service => service.Methods)
        .Where(method => !method.IsClientStreaming && !method.IsServerStreaming);

    public string UserId => userId;

    public Metadata Credentials => credentials;

    public Task<TResponse> CallAsync<TResponse>(IMessage request) =>
        CallUntilAsync<TResponse>(request, deadline: null, RunningServer.Cancellation);

    /// <summary>Calls, and gives up at a time or when cancelled.</summary>
    public async Task<TResponse> CallUntilAsync<TResponse>(IMessage request, DateTime? deadline, CancellationToken cancellationToken)
    {
        var rpc = ByRequest[request.Descriptor.FullName];
        var method = new Method<IMessage, IMessage>(
            MethodType.Unary,
            rpc.Service.FullName,
            rpc.Name,
            Marshallers.Create<IMessage>(message => message.ToByteArray(), _ => throw new NotSupportedException()),
            Marshallers.Create<IMessage>(_ => throw new NotSupportedException(), rpc.OutputType.Parser.ParseFrom));
        using var call = server.Channel.CreateCallInvoker().AsyncUnaryCall(
            method, null, new CallOptions(credentials, deadline, cancellationToken), request);
        return (TResponse)await call.ResponseAsync;
    }

    /// <summary>Expects a call to fail with a documented reason; gives the status for a closer look.</summary>
    public Task<Google.Rpc.Status> FailAsync(StatusCode code, ErrorReason reason, IMessage request) =>
        Faults.ExpectAsync(code, reason, () => CallAsync<IMessage>(request));

    /// <summary>Expects a call to fail for these fields.</summary>
    public async Task FailFieldsAsync(IMessage request, params string[] fields)
    {
        var status = await FailAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, request);
        Xunit.Assert.Equal(fields, Faults.Fields(status));
    }
}
