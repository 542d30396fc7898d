using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Sync;
using KhsCrm.V1;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using HttpResponse = Microsoft.AspNetCore.Http.HttpResponse;

namespace KhsCrm.SyncServer.Http;

/// <summary>
/// What the interceptor cannot see of a call in JSON, because it fails before it is one: a path that names no RPC, a body
/// that is too large or no JSON. Such an error gets its reason here, as every error has one.
/// </summary>
internal sealed class JsonCalls(RequestDelegate next, IOptions<SyncOptions> sync)
{
    private static readonly JsonFormatter Formatter = new(new JsonFormatter.Settings(
        formatDefaultValues: false, TypeRegistry.FromMessages(ErrorInfo.Descriptor)));

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/v1"))
        {
            await next(context);
            return;
        }

        var limit = sync.Value.MaxMessageBytes;
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.ContentLength > limit)
        {
            var status = Rejection.Of(ErrorReason.LimitExceeded, $"a body may have {limit} bytes");
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            await WriteAsync(context.Response, Formatter.Format(status));
            return;
        }

        // For a body that does not say how long it is.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        await ExplainAsync(context);
    }

    private async Task ExplainAsync(HttpContext context)
    {
        var body = context.Response.Body;
        await using var held = new HeldError(context.Response, body);
        context.Response.Body = held;
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            // Such as a body that ends before its chunk does.
            context.Response.StatusCode = exception.StatusCode;
        }
        finally
        {
            context.Response.Body = body;
        }

        if (!held.Content.IsEmpty)
            await WriteAsync(context.Response, WithReason(held.Content));
        else if (context.Response is { HasStarted: false, StatusCode: >= 400 and < 500 and not StatusCodes.Status499ClientClosedRequest })
            await WriteAsync(context.Response, Formatter.Format(Unread(context)));
    }

    // What no RPC was called for has no answer of one.
    private static Google.Rpc.Status Unread(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed =>
            Rejection.Of(ErrorReason.NotImplemented, $"no RPC is called by {context.Request.Method} on this path"),
        StatusCodes.Status413PayloadTooLarge => Rejection.Of(ErrorReason.LimitExceeded, "the body is larger than this server takes"),
        _ => Rejection.Of(ErrorReason.ProtocolViolation, "the request cannot be read"),
    };

    private static string WithReason(ReadOnlySpan<byte> content)
    {
        var error = JsonNode.Parse(content)!.AsObject();
        if (error["details"] is JsonArray { Count: > 0 })
            return error.ToJsonString();
        var isCallersFault = (int?)error["code"] == (int)Code.InvalidArgument;
        var message = (string?)error["message"] ?? "";
        return Formatter.Format(isCallersFault
            ? Rejection.Of(ErrorReason.ProtocolViolation, message)
            : Rejection.Of(ErrorReason.Internal, "the server failed; its log has the details"));
    }

    private static async Task WriteAsync(HttpResponse response, string json)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = null;
        await response.WriteAsync(json, response.HttpContext.RequestAborted);
    }
}
