using System.Net;
using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Http;

/// <summary>The OpenAPI document holds every RPC that has an HTTP form, and all its references lead somewhere.</summary>
public sealed class OpenApiTests
{
    private static readonly IReadOnlyList<ServiceDescriptor> Services = [.. typeof(Customer).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("ServiceReflection", StringComparison.Ordinal))
        .SelectMany(type => ((FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!).Services)];

    [Fact]
    public void Every_rpc_but_the_stream_has_an_http_form() =>
        Assert.Equal(
            ["khscrm.v1.SyncService.SyncStream"],
            Services.SelectMany(service => service.Methods).Where(method => RuleOf(method) is null).Select(method => method.FullName));

    [Fact]
    public async Task The_document_describes_every_operation_in_the_words_of_the_protos()
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var client = new JsonClient(server.HttpAddress);

        var document = await client.ExpectAsync(HttpStatusCode.OK, "GET", "/openapi/v1.json");

        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(pair => pair.Value!).ToList();
        Assert.Equal(
            Services.SelectMany(service => service.Methods).Where(method => RuleOf(method) is not null)
                .Select(method => $"{method.Service.Name}_{method.Name}").Order(StringComparer.Ordinal),
            operations.Select(operation => (string)operation["operationId"]!).Order(StringComparer.Ordinal));
        Assert.All(operations, operation => Assert.NotEqual("", (string?)operation["description"]));
        var schemas = document["components"]!["schemas"]!.AsObject();
        Assert.All(ReferencesOf(document), reference => Assert.NotNull(schemas[reference["#/components/schemas/".Length..]]));
        var update = document["paths"]!["/v1/customers/{customer.id}"]!["patch"]!;
        Assert.Equal(["customer.id"], update["parameters"]!.AsArray().Select(parameter => (string?)parameter!["name"]));
        Assert.StartsWith("The customer's name, 1 to", (string?)schemas["Customer"]!["properties"]!["name"]!["description"], StringComparison.Ordinal);
        var list = document["paths"]!["/v1/jobs"]!["get"]!["parameters"]!.AsArray().Select(parameter => (string?)parameter!["name"]);
        Assert.Contains("from_date.year", list);
    }

    [Fact]
    public async Task It_asks_for_a_token_exactly_where_the_service_does()
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var client = new JsonClient(server.HttpAddress);
        var document = await client.ExpectAsync(HttpStatusCode.OK, "GET", "/openapi/v1.json");
        var open = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(pair => pair.Value!)
            .Where(operation => operation["security"] is JsonArray { Count: 0 })
            .Select(operation => ((string)operation["operationId"]!).Replace("_", "/", StringComparison.Ordinal));

        var nobody = new Caller(server, []);
        List<string> answered = [];
        foreach (var method in Caller.Methods)
        {
            var fault = await Record.ExceptionAsync(() => nobody.CallAsync<object>(method.InputType.Parser.ParseFrom([])));
            if (fault is not Grpc.Core.RpcException refused || !refused.Status.Detail.Contains("no access token", StringComparison.Ordinal))
                answered.Add($"{method.Service.Name}/{method.Name}");
        }

        Assert.Equal(answered.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Development", null, true)]
    [InlineData("Development", "false", false)]
    [InlineData("Production", null, false)]
    [InlineData("Production", "true", true)]
    public async Task It_is_served_in_production_only_when_asked_for(string environment, string? setting, bool isServed)
    {
        await using var app = ServerApp.Build([$"--environment={environment}"], builder =>
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:KhsCrm"] = "Host=nowhere",
                ["Http:Docs"] = setting,
            }));

        var paths = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText ?? "").ToList();

        Assert.Equal(isServed, paths.Contains("/openapi/v1.json"));
        Assert.Equal(isServed, paths.Any(path => path.StartsWith("/docs", StringComparison.Ordinal)));
    }

    private static HttpRule? RuleOf(MethodDescriptor method) => method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);

    private static IEnumerable<string> ReferencesOf(JsonNode? node) => node switch
    {
        JsonObject item => item.SelectMany(pair => pair.Key == "$ref" ? [(string)pair.Value!] : ReferencesOf(pair.Value)),
        JsonArray items => items.SelectMany(ReferencesOf),
        _ => [],
    };
}
