using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>The service as a web application.</summary>
internal static class ServerApp
{
    private const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Builds the application; what <paramref name="configure"/> sets goes before configuration files.</summary>
    /// <exception cref="InvalidOperationException">There is no connection string.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        // SQL is for those who ask for it: parameters and literals may be customers' data.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        configure?.Invoke(builder);
        var connectionString = builder.Configuration.GetConnectionString("KhsCrm")
            ?? throw new InvalidOperationException("Set ConnectionStrings__KhsCrm to the PostgreSQL database.");
        if (builder.Configuration["urls"] is null && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(DefaultUrl);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(
            // Without TLS there is no way to agree on HTTP/2, so it is spoken from the first byte.
            endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddKhsCrmServer(connectionString, builder.Configuration.GetConnectionString("KhsCrmRead"));
        builder.Services.AddHostedService<ProductionChecks>();
        var app = builder.Build();
        app.MapKhsCrmServer();
        return app;
    }
}
