using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>The whole service on a connection string of the test's own, which may well be broken: its errors are the test's to judge.</summary>
internal sealed class StandaloneServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StandaloneServer(WebApplication app, LogRecorder log)
    {
        (_app, Log) = (app, log);
        Channel = GrpcChannel.ForAddress(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public LogRecorder Log { get; }

    public GrpcChannel Channel { get; }

    public static async Task<StandaloneServer> StartAsync(string connectionString, Dictionary<string, string?>? settings = null)
    {
        var log = new LogRecorder();
        var app = ServerApp.Build(["--environment=Development"], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:KhsCrm"] = connectionString,
                ["Auth:SigningKeys:0"] = AuthOptions.DevelopmentSigningKey,
                ["urls"] = "http://127.0.0.1:0",
            });
            builder.Configuration.AddInMemoryCollection(settings ?? []);
        });
        await app.StartAsync(RunningServer.Cancellation);
        return new StandaloneServer(app, log);
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task<LoginResponse> LoginAsync()
    {
        try
        {
            return await new V1.AuthService.AuthServiceClient(Channel).LoginAsync(
                new LoginRequest { Email = "owner@khscrm.com", Password = "owner-demo-1" }, cancellationToken: RunningServer.Cancellation);
        }
        catch (RpcException exception)
        {
            throw new InvalidOperationException(string.Join('\n', Log.Lines), exception);
        }
    }

    public async Task<Metadata> OwnerAsync() => RunningServer.Bearer((await LoginAsync()).Tokens.AccessToken);

    public async Task<Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus> HealthAsync() =>
        (await new Grpc.Health.V1.Health.HealthClient(Channel).CheckAsync(new(), cancellationToken: RunningServer.Cancellation)).Status;

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
    }
}
