using KhsCrm.Development.Postgres;
using KhsCrm.Development.SampleData;
using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.SyncServer.Http.OpenApi;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Npgsql;

namespace KhsCrm.Development;

/// <summary>The service for a developer: a database, the schema, sample data, and a line that says where it is.</summary>
internal static class DevelopmentHost
{
    public static async Task<int> RunAsync(DevelopmentSettings settings, CancellationToken cancellationToken)
    {
        using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning));
        try
        {
            await using var cluster = settings.Connection is null
                ? await StartClusterAsync(settings, logging.CreateLogger("PostgreSQL"), cancellationToken)
                : null;
            await ServeAsync(settings, cluster?.ConnectionString ?? settings.Connection!, cancellationToken);
            return 0;
        }
        catch (Exception exception) when (exception is PrivateClusterException || StartFault.IsExpected(exception))
        {
            return await StartFault.ReportAsync(exception, "--port");
        }
    }

    private static async Task<PrivateCluster> StartClusterAsync(
        DevelopmentSettings settings, ILogger logger, CancellationToken cancellationToken)
    {
        await Console.Out.WriteLineAsync("Starting a private PostgreSQL cluster …");
        var options = new PrivateClusterOptions
        {
            DataFolder = Path.Combine(settings.DataFolder, "postgres"),
            Fresh = settings.Fresh,
        };
        var cluster = await PrivateCluster.StartAsync(options, logger, cancellationToken);
        await Console.Out.WriteLineAsync($"PostgreSQL on 127.0.0.1:{cluster.Port}, data in {cluster.Folder}");
        await Console.Out.WriteLineAsync(
            $"psql: PGPASSWORD=$(cat {cluster.Folder}/password) psql -h 127.0.0.1 -p {cluster.Port} -U khscrm khscrm");
        return cluster;
    }

    private static async Task ServeAsync(
        DevelopmentSettings settings, string connectionString, CancellationToken cancellationToken)
    {
        await SchemaMigrator.MigrateAsync(connectionString, cancellationToken);
        var hasSamples = await LoadSamplesAsync(settings.Size, connectionString, cancellationToken);

        await using var app = ServerApp.Build([$"--environment={Environments.Development}"], builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:KhsCrm"] = connectionString,
                ["Auth:SigningKeys:0"] = AuthOptions.DevelopmentSigningKey,
                ["Kestrel:Endpoints:Grpc:Url"] = $"http://127.0.0.1:{settings.Port}",
                ["Kestrel:Endpoints:Http1:Url"] = $"http://127.0.0.1:{settings.HttpPort}",
                ["Kestrel:Endpoints:Http1:Protocols"] = "Http1",
            });
        });
        await app.StartAsync(cancellationToken);
        string[] urls = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
        var (url, httpUrl) = (urls[0], urls[1]);
        if (hasSamples)
        {
            await Console.Out.WriteLineAsync(
                $"""
                Sign in as owner@khscrm.com / owner-demo-1, or worker1@khscrm.com … worker5@khscrm.com / worker-demo-1
                Next, in another terminal: echo owner-demo-1 | scripts/khs login owner@khscrm.com --password-stdin --server {url}
                """);
        }

        await Console.Out.WriteLineAsync($"JSON, gRPC-Web and the page of the API: {httpUrl}{ApiPage.Path}");
        await Console.Out.WriteLineAsync($"Ctrl-C ends it.{Environment.NewLine}ready {url}");
        await app.WaitForShutdownAsync(cancellationToken);
    }

    // A database that somebody uses gets no sample rows, and no users whose passwords everybody knows.
    private static async Task<bool> LoadSamplesAsync(
        SampleSize size, string connectionString, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await using var isOurs = dataSource.CreateCommand(
            "SELECT NOT EXISTS (SELECT FROM customers) OR EXISTS (SELECT FROM users WHERE email = 'worker1@khscrm.com')");
        if (!(bool)(await isOurs.ExecuteScalarAsync(cancellationToken))!)
        {
            await Console.Out.WriteLineAsync("The database is in use: no sample data, and its own users sign in.");
            return false;
        }

        var report = await SampleDataLoader.LoadAsync(dataSource, size, cancellationToken);
        await Console.Out.WriteLineAsync(
            $"Sample data: {report.Total.Customers} customers, {report.Total.Jobs} jobs, {report.Total.Materials} materials");
        return true;
    }
}
