using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KhsCrm.Benchmarks.Live;

/// <summary>The whole service on a free port, with room for any number of streams of one user.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BenchServer(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public IServiceProvider Services => _app.Services;

    public static async Task<BenchServer> StartAsync(BenchDatabase database, CancellationToken cancellationToken)
    {
        var app = ServerApp.Build(["--environment=Development"], builder =>
        {
            builder.Logging.ClearProviders().AddConsole().SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:KhsCrm"] = database.ConnectionString,
                ["Auth:SigningKeys:0"] = AuthOptions.DevelopmentSigningKey,
                ["Auth:AccessTokenLifetime"] = "12:00:00",
                ["Limits:StreamsPerUser"] = "1000000",
                ["Devices:PerUser"] = "1000000",
                ["Limits:StreamsPerAddress"] = "1000000",
                ["Sync:HelloTimeout"] = "00:10:00",
                ["urls"] = "http://127.0.0.1:0",
            });
        });
        await app.StartAsync(cancellationToken);
        return new BenchServer(app);
    }

    public async Task<string> SignInAsync(CancellationToken cancellationToken)
    {
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(Address);
        var login = await new V1.AuthService.AuthServiceClient(channel).LoginAsync(
            new LoginRequest { Email = "owner@khscrm.com", Password = "owner-demo-1" }, cancellationToken: cancellationToken);
        return login.Tokens.AccessToken;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
