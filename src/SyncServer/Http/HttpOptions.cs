using System.ComponentModel.DataAnnotations;

namespace KhsCrm.SyncServer.Http;

/// <summary>What the service offers to those who speak HTTP and JSON, or gRPC-Web, instead of gRPC.</summary>
public sealed class HttpOptions : IValidatableObject
{
    /// <summary>
    /// Gets or sets the origins whose pages may call the service from a browser, such as <c>https://app.example.com</c>;
    /// none by default. Pages of the server's own origin need no mention.
    /// </summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>Gets or sets whether the OpenAPI document and its page are served: by default everywhere but in Production.</summary>
    public bool? Docs { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => CorsOrigins
        .Where(origin => !IsOrigin(origin))
        .Select(origin => new ValidationResult(
            $"Http:CorsOrigins has '{origin}', which is no origin such as https://app.example.com.", [nameof(CorsOrigins)]));

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority) == text;
}
