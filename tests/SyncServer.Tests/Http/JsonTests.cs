using System.Net;
using System.Text.Json.Nodes;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Http;

/// <summary>The RPCs in JSON over HTTP/1.1, by the annotations of the protos.</summary>
public sealed class JsonTests
{
    [Fact]
    public async Task A_row_is_made_read_changed_and_listed()
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var client = new JsonClient(server.HttpAddress);
        await client.LoginAsync();

        var made = await client.ExpectAsync(HttpStatusCode.OK, "POST", "/v1/users", new()
        {
            ["user"] = new JsonObject { ["email"] = "ann@khscrm.com", ["name"] = "Ann", ["role"] = "ROLE_WORKER" },
            ["password"] = "eight or more",
        });
        var id = (string)made["user"]!["id"]!;
        await client.ExpectAsync(HttpStatusCode.OK, "PATCH", $"/v1/users/{id}", new()
        {
            ["user"] = new JsonObject { ["name"] = "Anna", ["etag"] = (string?)made["user"]!["etag"] },
            ["updateMask"] = "name",
        });
        var user = await client.ExpectAsync(HttpStatusCode.OK, "GET", $"/v1/users/{id}");
        var list = await client.ExpectAsync(HttpStatusCode.OK, "GET", "/v1/users?role=ROLE_WORKER&page_size=1");

        Assert.Equal("Anna", (string?)user["user"]!["name"]);
        Assert.Equal("Anna", (string?)Assert.Single(list["users"]!.AsArray())!["name"]);
        await client.ExpectAsync(HttpStatusCode.OK, "POST", $"/v1/users/{id}:deactivate", []);
        Assert.Equal("Anna is_active=False", await server.ScalarAsync<string>(
            $"SELECT name || ' is_active=' || initcap(is_active::text) FROM users WHERE id = '{id}'"));
    }

    [Fact]
    public async Task Every_error_has_a_reason_and_the_fields_that_are_wrong()
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var client = new JsonClient(server.HttpAddress);
        await client.ExpectErrorAsync(HttpStatusCode.Unauthorized, "ACCESS_TOKEN_INVALID", "GET", "/v1/users");
        await client.ExpectErrorAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS", "POST", "/v1/auth/login", new()
        {
            ["email"] = "owner@khscrm.com",
            ["password"] = "wrong",
        });
        await client.LoginAsync();

        await client.ExpectErrorAsync(HttpStatusCode.NotFound, "ROW_NOT_FOUND", "GET", $"/v1/users/{Guid.CreateVersion7()}");
        var error = await client.ExpectErrorAsync(HttpStatusCode.BadRequest, "FIELD_INVALID", "POST", "/v1/users", new()
        {
            ["user"] = new JsonObject { ["email"] = "ann@khscrm.com", ["role"] = "ROLE_WORKER" },
            ["password"] = "eight or more",
        });
        var fields = error["details"]!.AsArray().Single(detail => (string?)detail!["@type"] == "type.googleapis.com/google.rpc.BadRequest");
        Assert.Equal("name", (string?)fields!["fieldViolations"]![0]!["field"]);
    }

    [Theory]
    [InlineData("POST", "/v1/auth/login", "{", HttpStatusCode.BadRequest, "PROTOCOL_VIOLATION")]
    [InlineData("POST", "/v1/auth/login", "null", HttpStatusCode.BadRequest, "PROTOCOL_VIOLATION")]
    [InlineData("POST", "/v1/auth/login", """{"email": 1}""", HttpStatusCode.BadRequest, "PROTOCOL_VIOLATION")]
    [InlineData("GET", "/v1/users?role=COOK", null, HttpStatusCode.BadRequest, "PROTOCOL_VIOLATION")]
    [InlineData("GET", "/v1/nothing", null, HttpStatusCode.NotFound, "NOT_IMPLEMENTED")]
    [InlineData("POST", "/v1/nothing", "{}", HttpStatusCode.NotFound, "NOT_IMPLEMENTED")]
    [InlineData("PUT", "/v1/users", "{}", HttpStatusCode.NotFound, "NOT_IMPLEMENTED")]
    [InlineData("DELETE", "/v1/users", null, HttpStatusCode.NotFound, "NOT_IMPLEMENTED")]
    public async Task What_is_no_call_gets_a_reason_too(string method, string path, string? body, HttpStatusCode code, string reason)
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var client = new JsonClient(server.HttpAddress);

        Assert.Equal((reason, "khscrm.com"), JsonClient.ReasonOf(await client.ExpectTextAsync(code, method, path, body)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_refused_whether_or_not_it_says_how_long_it_is(bool saysLength)
    {
        await using var server = await RunningServer.StartForHttpAsync(new() { ["Sync:MaxMessageBytes"] = "65536" });
        using var client = new HttpClient();
        using var stream = new MemoryStream([.. "{\"email\": \""u8, .. Enumerable.Repeat((byte)'a', 70_000), .. "\"}"u8]);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.HttpAddress}/v1/auth/login")
        {
            Content = new StreamContent(stream) { Headers = { ContentType = new("application/json") } },
        };
        request.Headers.TransferEncodingChunked = !saysLength;

        using var response = await client.SendAsync(request, RunningServer.Cancellation);

        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(RunningServer.Cancellation))!;
        Assert.Equal(
            saysLength ? (HttpStatusCode.RequestEntityTooLarge, "LIMIT_EXCEEDED") : (HttpStatusCode.BadRequest, "PROTOCOL_VIOLATION"),
            (response.StatusCode, JsonClient.ReasonOf(error).Reason));
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_have_has_a_reason()
    {
        await using var server = await RunningServer.StartForHttpAsync();
        using var client = new JsonClient(server.HttpAddress);
        await client.LoginAsync();

        await client.ExpectErrorAsync(HttpStatusCode.MethodNotAllowed, "NOT_IMPLEMENTED", "DELETE", "/v1/auth/login");
    }

    [Fact]
    public async Task A_body_that_is_cut_off_has_a_reason()
    {
        await using var server = await RunningServer.StartForHttpAsync();
        var address = new Uri(server.HttpAddress);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(address.Host, address.Port, RunningServer.Cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"u8.ToArray(),
            RunningServer.Cancellation);

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(RunningServer.Cancellation);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("PROTOCOL_VIOLATION", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_are_counted_together_with_those_by_grpc()
    {
        await using var server = await RunningServer.StartForHttpAsync(
            new() { ["Limits:PasswordsPerAccount"] = "2", ["Limits:AttemptWindow"] = "01:00:00" });
        using var client = new JsonClient(server.HttpAddress);
        var wrong = new JsonObject { ["email"] = "owner@khscrm.com", ["password"] = "wrong" };
        await Faults.ExpectAsync(
            Grpc.Core.StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, () => server.LoginAsync(password: "wrong"));
        await client.ExpectErrorAsync(HttpStatusCode.Unauthorized, "INVALID_CREDENTIALS", "POST", "/v1/auth/login", wrong);

        await client.ExpectErrorAsync(HttpStatusCode.TooManyRequests, "RATE_LIMITED", "POST", "/v1/auth/login", wrong);
    }

    [Fact]
    public async Task Pull_sends_a_line_a_delta_and_pushing_works_without_a_stream()
    {
        await using var server = await RunningServer.StartForHttpAsync(new() { ["Deltas:PageSize"] = "1" });
        using var client = new JsonClient(server.HttpAddress);
        var login = await client.LoginAsync();
        var (device, customer) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var pushed = await client.ExpectAsync(HttpStatusCode.OK, "POST", "/v1/sync/push", new()
        {
            ["deviceId"] = $"{device}",
            ["operations"] = new JsonArray(new JsonObject
            {
                ["id"] = $"{Guid.CreateVersion7()}",
                ["clientSeq"] = "1",
                ["kind"] = "OPERATION_KIND_CREATE",
                ["entity"] = new JsonObject
                {
                    ["customer"] = new JsonObject { ["id"] = $"{customer}", ["name"] = "Ada", ["address"] = "1 Road" },
                },
            }),
        });
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", (string?)login["tokens"]!["accessToken"]);
        using var body = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var pull = await http.PostAsync($"{server.HttpAddress}/v1/sync/pull", body, RunningServer.Cancellation);
        var lines = (await pull.Content.ReadAsStringAsync(RunningServer.Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("OPERATION_OUTCOME_APPLIED", (string?)pushed["result"]!["results"]![0]!["outcome"]);
        var deltas = lines.Select(line => JsonNode.Parse(line)!["delta"]!).ToList();
        Assert.True(deltas.Count > 1, "one delta holds all");
        Assert.True((bool)deltas[^1]["checkpoint"]!);
        Assert.Contains(
            deltas.SelectMany(delta => delta["changes"]!.AsArray()),
            change => (string?)change!["entity"]?["customer"]?["id"] == $"{customer}");
    }
}
