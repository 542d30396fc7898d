using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Connection;

/// <summary>Says what an <see cref="RpcException"/> means for an app. The only place that does.</summary>
internal static class ServerErrors
{
    public static StatusDetails Details(RpcException exception) => StatusDetails.Of(exception.GetRpcStatus());

    public static KhsCrmException Translate(RpcException exception, string address)
    {
        var details = Details(exception);
        if (IsUnreachable(exception, details))
            return Unreachable.Explain(exception, address);
        if (exception.StatusCode == StatusCode.Unauthenticated && details.Reason != ErrorReason.InvalidCredentials)
            return NotSignedInException.Ended;
        if (exception.StatusCode == StatusCode.ResourceExhausted && details.Reason == ErrorReason.Unspecified)
            return TooLarge(exception);
        var message = exception.Status.Detail.Length > 0 ? exception.Status.Detail : $"The server answered {exception.StatusCode}.";
        if (details.Violations.Count > 0)
            message += " " + string.Join("; ", details.Violations.Select(field => $"{field.Field} {field.Description}")) + ".";
        return new KhsCrmException(message, exception) { Reason = ReasonOf(exception, details) };
    }

    private static KhsCrmException TooLarge(RpcException exception) => new(
        $"A message was too large: the app's MaxReceiveMessageBytes, or a limit on the way to the server. ({exception.Status.Detail})",
        exception)
    {
        Reason = ErrorReason.LimitExceeded,
    };

    /// <summary>What a call means that ended by its deadline.</summary>
    public static ServerUnreachableException Timeout(OperationCanceledException exception, string address) =>
        new($"{address} did not answer in time.", exception);

    /// <summary>Whether the server itself ends the session: what says so without a reason is somebody's on the way to it.</summary>
    public static bool EndsSession(RpcException exception) =>
        exception.StatusCode is StatusCode.Unauthenticated or StatusCode.InvalidArgument or StatusCode.Unimplemented
        && Details(exception).Reason != ErrorReason.Unspecified;

    // A connection that breaks in the middle of a call is INTERNAL or CANCELLED to gRPC; the server sent neither.
    private static bool IsUnreachable(RpcException exception, StatusDetails details) =>
        exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled
        || (details.Reason == ErrorReason.Unspecified && (exception.Status.DebugException is not null || IsOfSomebodyElse(exception)));

    // A proxy without a server behind it answers in plain HTTP, of which gRPC makes a status: 404 is UNIMPLEMENTED, 401 and 403
    // are what a server refuses. Ours gives each of these a reason.
    private static bool IsOfSomebodyElse(RpcException exception) =>
        exception.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied
        || exception.Status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal);

    private static ErrorReason ReasonOf(RpcException exception, StatusDetails details) => details.Reason switch
    {
        ErrorReason.Unspecified when exception.StatusCode is StatusCode.Internal or StatusCode.Unknown => ErrorReason.Internal,
        ErrorReason.Unspecified when exception.StatusCode == StatusCode.Unimplemented => ErrorReason.NotImplemented,
        var reason => reason,
    };
}
