namespace KhsCrm.SyncServer.Hosting;

/// <summary>Where the server listens, and what it speaks there.</summary>
internal static class ListenAddresses
{
    private const string DefaultUrl = "http://127.0.0.1:5080";
    private const string Endpoints = "Kestrel:Endpoints";

    /// <summary>
    /// Makes every address an endpoint of Kestrel's own settings and gives each the protocols it can have: over TLS a client
    /// chooses HTTP/1.1 or HTTP/2; without, nothing can be agreed on, so HTTP/2 is spoken from the first byte, unless the
    /// endpoint's own <c>Protocols</c> says <c>Http1</c>.
    /// </summary>
    public static void Settle(ConfigurationManager configuration)
    {
        var endpoints = configuration.GetSection(Endpoints);
        var settings = new Dictionary<string, string?>();
        if (!endpoints.Exists())
        {
            var urls = (configuration["urls"] ?? DefaultUrl).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            for (var i = 0; i < urls.Length; i++)
                settings[$"{Endpoints}:Url{i}:Url"] = urls[i];
        }

        // Kestrel would warn that it listens on the endpoints instead.
        configuration["urls"] = "";
        configuration.AddInMemoryCollection(settings);
        configuration.AddInMemoryCollection(endpoints.GetChildren()
            .Where(endpoint => endpoint["Protocols"] is null)
            .ToDictionary(
                endpoint => $"{endpoint.Path}:Protocols",
                endpoint => (string?)(IsTls(endpoint["Url"]) ? "Http1AndHttp2" : "Http2")));
    }

    private static bool IsTls(string? url) => url?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;
}
