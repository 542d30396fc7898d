using Google.Protobuf.Reflection;
using Google.Rpc;
using KhsCrm.SyncServer.Http.OpenApi;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Http;

/// <summary>The same RPCs for those who do not speak gRPC: JSON over HTTP by the protos' annotations, and gRPC-Web.</summary>
internal static class HttpApi
{
    // What a gRPC-Web client must be let to read of an answer.
    private static readonly string[] GrpcHeaders =
        ["Grpc-Status", "Grpc-Message", "Grpc-Encoding", "Grpc-Accept-Encoding", "Grpc-Status-Details-Bin"];

    public static IServiceCollection AddHttpApi(this IServiceCollection services)
    {
        services.AddOptions<HttpOptions>().BindConfiguration("Http").ValidateDataAnnotations().ValidateOnStart();
        services.AddGrpc().AddJsonTranscoding(json =>
        {
            // The details of an error are packed; JSON has to know how to show them.
            json.TypeRegistry = TypeRegistry.FromMessages(ErrorInfo.Descriptor, BadRequest.Descriptor, RequestInfo.Descriptor);
            // A number of JSON holds 53 bits; protobuf's JSON writes 64 of them as text.
            json.JsonSettings.WriteInt64sAsStrings = true;
        });
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<HttpOptions>>((cors, http) => cors.AddDefaultPolicy(
            policy => policy.WithOrigins([.. http.Value.CorsOrigins]).AllowAnyHeader().AllowAnyMethod().WithExposedHeaders(GrpcHeaders)));
        return services;
    }

    /// <summary>Comes before the services are mapped.</summary>
    public static void UseHttpApi(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<HttpOptions>>().Value;
        app.UseMiddleware<JsonCalls>();
        if (options.CorsOrigins.Count > 0)
            app.UseCors();
        app.Use(ShieldBody);
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        if (options.Docs ?? !app.Environment.IsProduction())
            app.MapApiPage();
    }

    // What decodes base64 stops in the middle of a read when it is none, and the server would log an error for what a caller
    // sent. Behind a stream the reader that it leaves open is not the server's own.
    private static Task ShieldBody(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc-web-text", StringComparison.OrdinalIgnoreCase) == true)
            context.Request.Body = new BufferedStream(context.Request.Body);
        return next(context);
    }
}
