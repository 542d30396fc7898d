using System.Threading.Channels;
using Grpc.Core;
using KhsCrm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Tests.Kit;

/// <summary>A real HTTP/2 server on a free port whose streams a test plays by hand.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    /// <summary>Nothing in these tests takes long: after this, something hangs.</summary>
    public static readonly TimeSpan Hung = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly Channel<string> _discarded = Channel.CreateUnbounded<string>();
    private readonly Channel<ServerStream> _streams = Channel.CreateUnbounded<ServerStream>();

    private readonly TaskCompletionSource _loggedOut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _refreshAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _refreshing = Task.CompletedTask;

    private ScriptedServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.MapGrpcService<SyncEndpoint>();
        _app.MapGrpcService<AuthEndpoint>();
    }

    public static string UserId => "01900000-0000-7000-8000-000000000001";

    public string Address { get; private set; } = "";

    /// <summary>The user of the next sign-in.</summary>
    public User User { get; set; } = new() { Id = UserId, Name = "Olga", Role = Role.Owner };

    /// <summary>How often the refresh token was traded.</summary>
    public int Refreshes { get; private set; }

    /// <summary>Whether refresh tokens are still good.</summary>
    public bool AllowsRefresh { get; set; } = true;

    /// <summary>Whether AuthService answers nothing, as if there were no network.</summary>
    public bool IsAuthBlocked { get; set; }

    /// <summary>The operations that were to leave the server's queue.</summary>
    public ChannelReader<string> Discarded => _discarded.Reader;

    /// <summary>How many sessions were signed out of.</summary>
    public int Logouts { get; private set; }

    /// <summary>Done once a session was signed out of.</summary>
    public Task LoggedOut => _loggedOut.Task;

    /// <summary>Done once a refresh token is to be traded.</summary>
    public Task RefreshAsked => _refreshAsked.Task;

    /// <summary>Lets refresh tokens wait to be traded.</summary>
    /// <returns>Ends that.</returns>
    public TaskCompletionSource HoldRefreshes()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _refreshing = release.Task;
        return release;
    }

    public static async Task<ScriptedServer> StartAsync()
    {
        var server = new ScriptedServer();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    /// <summary>The next stream that a device opens.</summary>
    public Task<ServerStream> AcceptAsync() =>
        _streams.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Hung);

    public async Task<KhsCrmClient> OpenClientAsync(string folder, Action<KhsCrmClientOptions>? configure = null)
    {
        var options = new KhsCrmClientOptions
        {
            DataFolder = folder,
            ServerAddress = Address,
            FirstReconnectDelay = TimeSpan.FromMilliseconds(1),
            OtherProcessPollInterval = TimeSpan.FromMilliseconds(20),
        };
        configure?.Invoke(options);
        var client = await KhsCrmClient.OpenAsync(options, TestContext.Current.CancellationToken);
        await client.SignInAsync("olga@khscrm.com", "secret", TestContext.Current.CancellationToken);
        return client;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Tokens NewTokens() => new() { AccessToken = $"access-{Refreshes}", RefreshToken = $"refresh-{Refreshes}" };

    private sealed class SyncEndpoint(ScriptedServer server) : SyncService.SyncServiceBase
    {
        public override Task<DiscardOperationResponse> DiscardOperation(DiscardOperationRequest request, ServerCallContext context)
        {
            server._discarded.Writer.TryWrite(request.OperationId);
            return Task.FromResult(new DiscardOperationResponse());
        }

        public override async Task SyncStream(
            IAsyncStreamReader<SyncStreamRequest> requestStream,
            IServerStreamWriter<SyncStreamResponse> responseStream,
            ServerCallContext context)
        {
            var stream = new ServerStream(requestStream, responseStream, context);
            await server._streams.Writer.WriteAsync(stream);
            await stream.Ended.WaitAsync(context.CancellationToken);
        }
    }

    private sealed class AuthEndpoint(ScriptedServer server) : AuthService.AuthServiceBase
    {
        public override Task<LoginResponse> Login(LoginRequest request, ServerCallContext context) =>
            Task.FromResult(new LoginResponse { User = server.User, Tokens = server.NewTokens() });

        public override async Task<RefreshTokenResponse> RefreshToken(RefreshTokenRequest request, ServerCallContext context)
        {
            server._refreshAsked.TrySetResult();
            await server._refreshing.WaitAsync(context.CancellationToken);
            if (!server.AllowsRefresh || request.RefreshToken != $"refresh-{server.Refreshes}")
                throw Rows.Status("REFRESH_TOKEN_INVALID").WithCode(StatusCode.Unauthenticated);
            server.Refreshes++;
            return new RefreshTokenResponse { Tokens = server.NewTokens() };
        }

        public override async Task<LogoutResponse> Logout(LogoutRequest request, ServerCallContext context)
        {
            if (server.IsAuthBlocked)
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            server.Logouts++;
            server._loggedOut.TrySetResult();
            return new LogoutResponse();
        }

        public override Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context) =>
            throw Rows.Status("ACCESS_TOKEN_INVALID").WithCode(StatusCode.Unauthenticated);
    }
}
