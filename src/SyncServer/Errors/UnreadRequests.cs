using Google.Protobuf;
using KhsCrm.Storage.Push;
using KhsCrm.V1;
using Status = Google.Rpc.Status;

namespace KhsCrm.SyncServer.Errors;

/// <summary>
/// Gives a call whose one request could not be read a documented reason: too large, cut off, or not of the contract. gRPC
/// reads it before the interceptor of errors is asked, which gives every other failure its reason; so what arrives
/// here without one is of this kind.
/// </summary>
internal static class UnreadRequests
{
    private const string Details = "grpc-status-details-bin";

    public static async Task ExplainAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var headers = context.Response.Headers;
        // What begins with its status is a call that failed before it answered anything.
        if (context.Response.HasStarted || headers.ContainsKey(Details) || Explain(headers["grpc-status"]) is not { } status)
            return;
        headers["grpc-status"] = $"{status.Code}";
        headers["grpc-message"] = Uri.EscapeDataString(status.Message);
        headers[Details] = Convert.ToBase64String(status.ToByteArray());
    }

    private static Status? Explain(string? code) => code switch
    {
        "8" => Rejection.Of(ErrorReason.LimitExceeded, "the message is larger than this server takes"),
        "2" or "13" => Rejection.Of(ErrorReason.ProtocolViolation, "the request is cut off, or not a message of the contract"),
        _ => null,
    };
}
