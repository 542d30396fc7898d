using Grpc.Health.V1;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>What operators and tools rely on.</summary>
public sealed class HostingTests
{
    [Fact]
    public async Task Health_and_reflection_answer()
    {
        await using var server = await RunningServer.StartAsync();
        var health = await new Health.HealthClient(server.Channel).CheckAsync(
            new HealthCheckRequest(), cancellationToken: RunningServer.Cancellation);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);

        using var reflection = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(server.Channel)
            .ServerReflectionInfo(cancellationToken: RunningServer.Cancellation);
        await reflection.RequestStream.WriteAsync(new() { ListServices = "" }, RunningServer.Cancellation);
        await reflection.ResponseStream.MoveNext(RunningServer.Cancellation);
        var services = reflection.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToList();
        Assert.Equal(9, services.Count(name => name.StartsWith("khscrm.v1.", StringComparison.Ordinal)));

        // Older tools ask the alpha.
        using var alpha = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(server.Channel)
            .ServerReflectionInfo(cancellationToken: RunningServer.Cancellation);
        await alpha.RequestStream.WriteAsync(new() { ListServices = "" }, RunningServer.Cancellation);
        await alpha.ResponseStream.MoveNext(RunningServer.Cancellation);
        Assert.Equal(services, alpha.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("Auth:SigningKeys:0", AuthOptions.DevelopmentSigningKey, "development key")]
    [InlineData("Auth:SigningKeys:0", "short", "32 characters")]
    [InlineData("urls", "http://0.0.0.0:0", "without TLS")]
    [InlineData("Kestrel:Endpoints:Http1:Url", "http://0.0.0.0:0", "without TLS")]
    [InlineData("Http:CorsOrigins:0", "app.example.com", "Http:CorsOrigins")]
    [InlineData("Http:CorsOrigins:0", "https://app.example.com/", "Http:CorsOrigins")]
    [InlineData("Http:CorsOrigins:0", "*", "Http:CorsOrigins")]
    [InlineData("Sync:MaxOperationsPerBatch", "0", "MaxOperationsPerBatch")]
    [InlineData("", "", "seeded password")]
    public async Task A_server_in_production_refuses_to_start_unsafe(string key, string value, string says)
    {
        await using var database = await TestDatabase.CreateAsync(RunningServer.Cancellation);
        var exception = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var app = ServerApp.Build(["--environment=Production"], builder =>
            {
                builder.Logging.ClearProviders();
                builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["ConnectionStrings:KhsCrm"] = database.ConnectionString,
                    ["Auth:SigningKeys:0"] = "a secret of the operator's own, long enough",
                    ["urls"] = "http://127.0.0.1:0",
                });
                if (key.Length > 0)
                    builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { [key] = value });
            });
            await app.StartAsync(RunningServer.Cancellation);
        });

        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_watches_no_files()
    {
        await using var app = ServerApp.Build([], builder => builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { ["ConnectionStrings:KhsCrm"] = "Host=nowhere" }));

        var files = ((IConfigurationRoot)app.Configuration).Providers.OfType<FileConfigurationProvider>().ToList();

        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => file.Source.ReloadOnChange);
    }
}
