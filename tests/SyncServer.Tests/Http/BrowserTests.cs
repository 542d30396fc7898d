using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Http;

/// <summary>What a page in a browser needs: gRPC-Web over HTTP/1.1, and leave to call from another origin.</summary>
public sealed class BrowserTests
{
    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task Grpc_web_calls_and_pulls_over_http_1(GrpcWebMode mode)
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var handler = new GrpcWebHandler(mode, new HttpClientHandler());
        using var channel = GrpcChannel.ForAddress(
            server.HttpAddress, new GrpcChannelOptions { HttpHandler = handler, HttpVersion = HttpVersion.Version11 });
        var login = await new V1.AuthService.AuthServiceClient(channel).LoginAsync(
            new() { Email = "owner@khscrm.com", Password = "owner-demo-1" }, cancellationToken: RunningServer.Cancellation);

        using var pull = new SyncService.SyncServiceClient(channel).Pull(
            new(), RunningServer.Bearer(login.Tokens.AccessToken), cancellationToken: RunningServer.Cancellation);
        var last = new PullResponse();
        await foreach (var response in pull.ResponseStream.ReadAllAsync(RunningServer.Cancellation))
            last = response;

        Assert.True(last.Delta.Checkpoint);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, async () =>
            await new V1.UserService.UserServiceClient(channel).ListUsersAsync(new(), cancellationToken: RunningServer.Cancellation));
    }

    /// <summary>It is the caller's fault, so it is told so and fills no log.</summary>
    [Fact]
    public async Task A_stream_in_bad_base64_is_no_message_of_the_contract()
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.HttpAddress}/khscrm.v1.SyncService/SyncStream")
        {
            Content = new StringContent("!!!! this is no base64 !!!!"),
        };
        request.Content.Headers.ContentType = new("application/grpc-web-text");
        request.Headers.Add("authorization", (await server.OwnerAsync())[0].Value);

        using var response = await client.SendAsync(request, RunningServer.Cancellation);

        // The trailers come in the body, if they are not headers.
        var body = await response.Content.ReadAsStringAsync(RunningServer.Cancellation);
        var trailers = string.Join('\n', response.Headers.Select(header => $"{header.Key}: {string.Join(',', header.Value)}"))
            + System.Text.Encoding.ASCII.GetString(body.Length == 0 ? [] : Convert.FromBase64String(body));
        Assert.Contains("not a message of the contract", Uri.UnescapeDataString(trailers), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "https://app.example.com", null)]
    [InlineData("https://app.example.com", "https://app.example.com", "https://app.example.com")]
    [InlineData("https://app.example.com", "https://other.example.com", null)]
    public async Task Pages_of_other_origins_call_only_when_they_are_named(string? configured, string origin, string? allowed)
    {
        await using var server = await RunningServer.StartForHttpAsync(
            configured is null ? null : new() { ["Http:CorsOrigins:0"] = configured });
        using var client = new HttpClient();
        foreach (var path in new[] { "/v1/customers", "/khscrm.v1.CustomerService/ListCustomers" })
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, server.HttpAddress + path)
            {
                Headers =
                {
                    { "Origin", origin },
                    { "Access-Control-Request-Method", "POST" },
                    { "Access-Control-Request-Headers", "authorization,content-type,x-grpc-web" },
                },
            };
            using var response = await client.SendAsync(preflight, RunningServer.Cancellation);
            response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins);
            Assert.Equal(allowed, origins?.Single());
        }
    }
}
