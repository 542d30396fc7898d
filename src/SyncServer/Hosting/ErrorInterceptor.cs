using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Status = Grpc.Core.Status;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>The one place where an exception becomes a <c>google.rpc.Status</c>. No stack trace leaves the server.</summary>
internal sealed class ErrorInterceptor(DatabaseOutage outage, SchemaGate gate, ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            gate.Pass(context.Method);
            return await continuation(request, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            gate.Pass(context.Method);
            await continuation(request, responseStream, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            gate.Pass(context.Method);
            await continuation(new CallerStream<TRequest>(requestStream), responseStream, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        if (exception is RpcFault fault)
            return fault.Status.ToRpcException();
        if (exception is CallerFault { IsGone: false })
            return Rejection.Of(ErrorReason.ProtocolViolation, "what was sent is not a message of the contract").ToRpcException();
        // A caller that goes away shows as a reset of its connection, before or after the call's token is cancelled.
        if (context.CancellationToken.IsCancellationRequested || IsGone(exception))
            return new RpcException(new Status(StatusCode.Cancelled, "the call was cancelled"));
        switch (exception)
        {
            case RpcException { StatusCode: StatusCode.Unimplemented }:
                return Rejection.Of(ErrorReason.NotImplemented, $"{context.Method} is not built yet").ToRpcException();
            case RpcException { StatusCode: StatusCode.ResourceExhausted } limit:
                return Rejection.Of(ErrorReason.LimitExceeded, limit.Status.Detail).ToRpcException();
            case RpcException { StatusCode: StatusCode.Internal } broken:
                return Rejection.Of(ErrorReason.ProtocolViolation, broken.Status.Detail).ToRpcException();
            case RpcException rpcException:
                return rpcException;
            case DeviceLimitException devices:
                return Rejection.Of(
                    ErrorReason.LimitExceeded, devices.Message, ("limit", "devices_per_user"), ("maximum", $"{devices.Maximum}")).ToRpcException();
        }

        if (outage.Report(context.Method, exception))
            return Unavailable();
        // A deadlock, a lock that somebody holds.
        if (exception is NpgsqlException { IsTransient: true })
        {
            ErrorLog.NotNow(logger, context.Method, exception);
            return Unavailable();
        }

        return Internal(exception, context.Method);
    }

    private static RpcException Unavailable() =>
        Rejection.Of(ErrorReason.Unavailable, "the database cannot answer now").ToRpcException();

    private RpcException Internal(Exception exception, string method)
    {
        var id = $"{Guid.CreateVersion7()}";
        ErrorLog.Fault(logger, method, id, exception);
        var status = Rejection.Of(ErrorReason.Internal, $"the server failed; its log has the details under {id}");
        status.Details.Add(Any.Pack(new RequestInfo { RequestId = id }));
        return status.ToRpcException();
    }

    private static bool IsGone(Exception exception) =>
        exception is CallerFault or OperationCanceledException or ConnectionResetException or ConnectionAbortedException;
}
