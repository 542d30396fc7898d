using System.Text.Json;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Scalar.AspNetCore;

namespace KhsCrm.SyncServer.Http.OpenApi;

/// <summary>The OpenAPI document and the page that shows it. All that the page loads comes from this server.</summary>
internal static class ApiPage
{
    /// <summary>Where the page is.</summary>
    public const string Path = "/docs";

    private const string DocumentPath = "/openapi/v1.json";

    public static void MapApiPage(this IEndpointRouteBuilder endpoints)
    {
        var document = new Lazy<byte[]>(() => JsonSerializer.SerializeToUtf8Bytes(OpenApiDocument.Write(
            endpoints.DataSources.SelectMany(source => source.Endpoints)
                .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>()).OfType<GrpcJsonTranscodingMetadata>())));
        endpoints.MapGet(DocumentPath, () => TypedResults.Bytes(document.Value, "application/json"));
        endpoints.MapScalarApiReference(Path, page => page
            .WithTitle("KhsCrm API")
            .WithOpenApiRoutePattern(DocumentPath)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideDeveloperTools()
            .ExpandAllTags());
    }
}
