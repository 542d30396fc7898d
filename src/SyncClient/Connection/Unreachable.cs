using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Connection;

/// <summary>Says in a sentence why a server cannot be reached: what to look at differs from cause to cause.</summary>
internal static class Unreachable
{
    public static ServerUnreachableException Explain(RpcException exception, string address)
    {
        var (reason, why) = Cause(exception, address);
        return new($"{address} cannot be reached: {why}", exception, reason);
    }

    private static (ErrorReason Reason, string Why) Cause(RpcException exception, string address)
    {
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return (ErrorReason.HostNotFound, "its name cannot be resolved. Is there a network, and is the name right?");
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return (ErrorReason.ConnectionRefused, "nothing listens there. Is the server running, and is the port right?");
                case AuthenticationException:
                case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                    return (ErrorReason.TlsFailed, Tls(cause));
                case HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError or HttpRequestError.HttpProtocolError }:
                case HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse }:
                    return (ErrorReason.NotAGrpcServer, NoGrpc(address));
            }
        }

        return exception.Status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal)
            ? (ErrorReason.NotAGrpcServer, $"what answers is no KhsCrm server, or a proxy without one. ({exception.Status.Detail})")
            : (ErrorReason.Unavailable, exception.Status.Detail);
    }

    private static string Tls(Exception cause)
    {
        var message = cause.InnerException?.Message ?? cause.Message;
        return $"no secure connection comes about. Is the certificate trusted, and does the port speak TLS, as https:// says? ({message})";
    }

    private static string NoGrpc(string address) => address.StartsWith("http://", StringComparison.Ordinal)
        ? "the other side does not speak HTTP/2 without TLS, which gRPC needs. Does the port speak HTTP/1.1 only, or TLS? Then use https://."
        : "the other side does not speak HTTP/2, which gRPC needs. Is it the right port?";
}
