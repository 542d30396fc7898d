using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>The whole service on a free port, on a database of its own. An error in its log fails the test.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public const string OwnerId = "00000000-0000-7000-8000-000000000002";

    // Nobody attacks these passwords, and every test signs in: at the real cost that would be most of what the suite computes.
    private const int BcryptCost = 4;
    private static readonly string OwnerHash =
        new PasswordHasher(Options.Create(new SignInOptions { BcryptCost = BcryptCost })).Hash("owner-demo-1");

    private readonly TestDatabase _database;
    private readonly WebApplication _app;
    private readonly ErrorRecorder _errors;
    private readonly bool _ownsDatabase;
    private readonly IReadOnlyList<string> _addresses;

    private RunningServer(TestDatabase database, bool ownsDatabase, WebApplication app, ErrorRecorder errors)
    {
        (_database, _ownsDatabase, _app, _errors) = (database, ownsDatabase, app, errors);
        _addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        Channel = GrpcChannel.ForAddress(Address);
        DataSource = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public string Address => _addresses[0];

    /// <summary>Where HTTP/1.1 is spoken, if the server was started for it.</summary>
    public string HttpAddress => _addresses[1];

    public GrpcChannel Channel { get; }

    public NpgsqlDataSource DataSource { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RunningServer> StartAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null)
    {
        var database = await TestDatabase.CreateAsync(Cancellation);
        await MakePasswordCheapAsync(database);
        return await StartAsync(database, ownsDatabase: true, settings, services);
    }

    /// <summary>Another server on the same database; dispose of it first.</summary>
    public Task<RunningServer> StartAnotherAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null) =>
        StartAsync(_database, ownsDatabase: false, settings, services);

    private static async Task<RunningServer> StartAsync(
        TestDatabase database, bool ownsDatabase, Dictionary<string, string?>? settings, Action<IServiceCollection>? services)
    {
        var errors = new ErrorRecorder();
        var app = ServerApp.Build(["--environment=Development"], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(errors);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:KhsCrm"] = database.ConnectionString,
                ["Auth:SigningKeys:0"] = AuthOptions.DevelopmentSigningKey,
                ["urls"] = "http://127.0.0.1:0",
            });
            builder.Configuration.AddInMemoryCollection(settings ?? []);
            builder.Services.AddSingleton(CheapSignIn);
            services?.Invoke(builder.Services);
        });
        await app.StartAsync(Cancellation);
        return new RunningServer(database, ownsDatabase, app, errors);
    }

    // Beside the triggers: no device is to hear of it, and no trail to tell.
    private static async Task MakePasswordCheapAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand("SET session_replication_role = replica", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        command.CommandText = $"UPDATE users SET password_hash = '{OwnerHash}' WHERE id = '{OwnerId}'";
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    // In place of the options that are validated: a cost as low as this is none that a server could be given.
    private static IOptions<SignInOptions> CheapSignIn(IServiceProvider services)
    {
        var options = new SignInOptions { BcryptCost = BcryptCost };
        services.GetRequiredService<IConfiguration>().GetSection("SignIn").Bind(options);
        return Options.Create(options);
    }

    /// <summary>As above, with a second address where HTTP/1.1 is spoken.</summary>
    public static Task<RunningServer> StartForHttpAsync(Dictionary<string, string?>? settings = null)
    {
        var all = new Dictionary<string, string?>(settings ?? [])
        {
            ["Kestrel:Endpoints:Grpc:Url"] = "http://127.0.0.1:0",
            ["Kestrel:Endpoints:Http1:Url"] = "http://127.0.0.1:0",
            ["Kestrel:Endpoints:Http1:Protocols"] = "Http1",
        };
        return StartAsync(all);
    }

    public async Task<LoginResponse> LoginAsync(string email = "owner@khscrm.com", string password = "owner-demo-1") =>
        await new V1.AuthService.AuthServiceClient(Channel).LoginAsync(
            new LoginRequest { Email = email, Password = password }, cancellationToken: Cancellation);

    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    public async Task<Metadata> OwnerAsync() => Bearer((await LoginAsync()).Tokens.AccessToken);

    public AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> OpenStream(Metadata credentials) =>
        new SyncService.SyncServiceClient(Channel).SyncStream(credentials, cancellationToken: Cancellation);

    public async Task RunAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Makes a user with the seeded owner's password.</summary>
    public async Task<Guid> AddUserAsync(string email, string role = "WORKER")
    {
        var id = Guid.CreateVersion7();
        await RunAsync(
            $"""
            INSERT INTO users (id, email, name, role, password_hash)
            SELECT '{id}', '{email}', 'User of {email}', '{role}', password_hash FROM users WHERE id = '{OwnerId}'
            """);
        return id;
    }

    public async Task<Metadata> SignInAsync(string email) => Bearer((await LoginAsync(email)).Tokens.AccessToken);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public Task StopAsync() => _app.StopAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
        await DataSource.DisposeAsync();
        if (_ownsDatabase)
            await _database.DisposeAsync();
        Assert.True(_errors.Errors.IsEmpty, string.Join("\n", _errors.Errors));
    }
}
