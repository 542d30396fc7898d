using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KhsCrm.Benchmarks.Live;

/// <summary>A server with nothing but <see cref="RawService"/>.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RawServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public RawHub Hub => _app.Services.GetRequiredService<RawHub>();

    public static async Task<RawServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(
            endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<RawHub>().AddSingleton<IServiceMethodProvider<RawService>, RawServiceBinding>().AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<RawService>();
        await app.StartAsync(cancellationToken);
        return new RawServer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
