using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Http;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>The service as a web application.</summary>
internal static class ServerApp
{
    /// <summary>Builds the application; what <paramref name="configure"/> sets goes before configuration files.</summary>
    /// <exception cref="InvalidOperationException">There is no connection string.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // The watch for changed settings covers all that lies below the working directory: with a database there, it costs a push
        // half as much again. Of the settings only those of logging and of Kestrel would be read again.
        var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        // SQL is for those who ask for it: parameters and literals may be customers' data.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        // What fails in a call is logged by ErrorInterceptor; what cannot be read is the caller's fault, and could fill the log.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Critical);
        // Why the service is not healthy is logged once by the check, not every few seconds.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        // Why a start failed is told in a sentence by the command that started, so not by a stack in the log as well.
        var hasStarted = false;
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => hasStarted && level >= LogLevel.Warning);
        configure?.Invoke(builder);
        var connectionString = builder.Configuration.GetConnectionString("KhsCrm")
            ?? throw new InvalidOperationException("Set ConnectionStrings__KhsCrm to the PostgreSQL database.");
        ListenAddresses.Settle(builder.Configuration);
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
            ClientCertificates.Require(kestrel, context.Configuration["Tls:ClientAuthorities"]));
        builder.Services.AddKhsCrmServer(connectionString, builder.Configuration.GetConnectionString("KhsCrmRead"));
        builder.Services.AddHostedService<ProductionChecks>();
        var app = builder.Build();
        app.Use(UnreadRequests.ExplainAsync);
        app.Lifetime.ApplicationStarted.Register(() => hasStarted = true);
        app.UseHttpApi();
        app.MapKhsCrmServer();
        return app;
    }
}
