using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using KhsCrm.Storage.Push;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.SyncServer.Errors;

/// <summary>The one place where an exception becomes a <c>google.rpc.Status</c>. No stack trace leaves the server.</summary>
internal sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
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
            await continuation(requestStream, responseStream, context);
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
        // Before IOException, which most are too: what a device sends on its stream is read inside the call.
        if (IsUnreadable(exception))
            return Rejection.Of(ErrorReason.ProtocolViolation, "what was sent is not a message of the contract").ToRpcException();
        // A caller that goes away shows as a reset of its connection, before or after the call's token is cancelled.
        if (context.CancellationToken.IsCancellationRequested || exception is IOException or OperationCanceledException)
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
            case NpgsqlException database when IsOutOfReach(database):
                ErrorLog.DatabaseOutOfReach(logger, context.Method, exception);
                return Rejection.Of(ErrorReason.Unavailable, "the database cannot answer now").ToRpcException();
            default:
                ErrorLog.Fault(logger, context.Method, exception);
                return Rejection.Of(ErrorReason.Internal, "the server failed; its log has the details").ToRpcException();
        }
    }

    // No message, no frame of gRPC, or one that claims more than 2 GiB; gRPC has no type of its own for the last.
    private static bool IsUnreadable(Exception exception) =>
        exception is InvalidProtocolBufferException or InvalidDataException
        || exception is IOException { Message: var message } && message.StartsWith("Message too large", StringComparison.Ordinal);

    // Anything but an error that a running server reports of a statement; of those, the ones that say it goes or comes.
    private static bool IsOutOfReach(NpgsqlException exception) =>
        exception is not PostgresException database
        || database.IsTransient
        || database.SqlState.StartsWith("57P", StringComparison.Ordinal);
}
