using Grpc.AspNetCore.Server.Model;
using KhsCrm.Storage.Hosting;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Clients;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Http;
using KhsCrm.SyncServer.Limits;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Maintenance;
using KhsCrm.SyncServer.Paging;
using KhsCrm.SyncServer.Queue;
using KhsCrm.SyncServer.Services;
using KhsCrm.SyncServer.Streams;
using KhsCrm.SyncServer.Sync;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KhsCrm.SyncServer.Hosting;

internal static class ServerServiceCollectionExtensions
{
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds the whole service.</summary>
    public static IServiceCollection AddKhsCrmServer(
        this IServiceCollection services, string connectionString, string? readConnectionString) => services
        .AddKhsCrmStorage(connectionString, readConnectionString)
        .AddSchemaGate()
        .AddAuth()
        .AddLimits()
        .AddLive()
        .AddMaintenance()
        .AddDeferral()
        .AddSync()
        .AddRpc()
        .AddHttpApi()
        .AddHealth();

    /// <summary>Maps every gRPC service.</summary>
    public static void MapKhsCrmServer(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<AuthService>();
        endpoints.MapGrpcService<SyncService>();
        endpoints.MapGrpcService<UserService>();
        endpoints.MapGrpcService<CustomerService>();
        endpoints.MapGrpcService<JobService>();
        endpoints.MapGrpcService<MaterialService>();
        endpoints.MapGrpcService<ActivityService>();
        endpoints.MapGrpcService<OperationsService>();
        endpoints.MapGrpcService<ServiceAccountService>();
        endpoints.MapGrpcHealthChecksService();
        endpoints.MapGrpcReflectionService();
    }

    // First: what else starts works with the schema.
    private static IServiceCollection AddSchemaGate(this IServiceCollection services)
    {
        services.AddSingleton<SchemaGate>();
        return services.AddHostedService(provider => provider.GetRequiredService<SchemaGate>());
    }

    private static IServiceCollection AddAuth(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().BindConfiguration("Auth").ValidateDataAnnotations()
            .Validate(options => options.SigningKeys.All(key => key.Length >= 32), "Auth:SigningKeys must have 32 characters or more each.")
            .ValidateOnStart();
        return services.AddSingleton<AccessTokens>().AddSingleton<Authenticator>();
    }

    private static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        services.AddTransient<Microsoft.Extensions.Options.IConfigureOptions<KestrelServerOptions>, KeepAlive>();
        return services.AddSingleton<AttemptLimits>().AddSingleton<StreamRegistry>();
    }

    private static IServiceCollection AddLive(this IServiceCollection services)
    {
        // The loops survive whatever happens. Should one end all the same, the others and the calls go on.
        services.Configure<HostOptions>(
            host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);
        services.AddOptions<LiveOptions>().BindConfiguration("Live").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PushingDevices>().AddSingleton<Backlog>().AddSingleton<ChangePump>().AddSingleton<Commits>().AddSingleton<CatchUpReader>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangePump>());
        services.AddHostedService(provider => provider.GetRequiredService<Commits>());
        return services.AddHostedService<CommitListener>();
    }

    private static IServiceCollection AddMaintenance(this IServiceCollection services) =>
        services.AddHostedService<MaintenanceJob>();

    private static IServiceCollection AddDeferral(this IServiceCollection services)
    {
        services.AddSingleton<LateResults>().AddSingleton<DeferralWorker>().AddSingleton<QueueHandler>();
        return services.AddHostedService(provider => provider.GetRequiredService<DeferralWorker>());
    }

    private static IServiceCollection AddSync(this IServiceCollection services)
    {
        services.AddOptions<ClientOptions>().BindConfiguration("Clients").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ServedVersions>();
        services.AddOptions<SyncOptions>().BindConfiguration("Sync").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<StreamClock>().AddHostedService(provider => provider.GetRequiredService<StreamClock>());
        return services.AddSingleton<PushMeter>().AddSingleton<PushHandler>().AddSingleton<PageTokens>().AddSingleton<TypedWrites>().AddSingleton<SyncSessionFactory>();
    }

    private static IServiceCollection AddRpc(this IServiceCollection services)
    {
        services.AddOptions<Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<Microsoft.Extensions.Options.IOptions<SyncOptions>>(
            (grpc, sync) => grpc.MaxReceiveMessageSize = sync.Value.MaxMessageBytes);
        services.AddGrpc(options => options.Interceptors.Add<ErrorInterceptor>())
            .AddServiceOptions<SyncService>(options =>
            {
                // For those who accept it, and of a stream's messages only the pages of a catch-up.
                options.ResponseCompressionAlgorithm = "gzip";
                options.ResponseCompressionLevel = System.IO.Compression.CompressionLevel.Fastest;
            });
        services.AddSingleton<IServiceMethodProvider<SyncService>, SyncServiceBinding>();
        return services.AddGrpcReflection();
    }

    private static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<DatabaseHealthCheck>();
        services.AddGrpcHealthChecks().AddCheck<DatabaseHealthCheck>("database");
        // What those who watch are told is never older than this.
        services.Configure<HealthCheckPublisherOptions>(options => (options.Period, options.Timeout) = (HealthPeriod, HealthTimeout));
        services.AddHostedService<ConnectionBudget>();
        services.AddSingleton<DatabaseOutage>();
        return services.AddHostedService(provider => provider.GetRequiredService<DatabaseOutage>());
    }
}
