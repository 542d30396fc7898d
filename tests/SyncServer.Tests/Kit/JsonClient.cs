using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>Calls the service as curl would: HTTP/1.1 and JSON.</summary>
internal sealed class JsonClient(string address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address) };

    /// <summary>Signs in, and stays so.</summary>
    public async Task<JsonNode> LoginAsync(string email = "owner@khscrm.com", string password = "owner-demo-1")
    {
        var answer = await ExpectAsync(HttpStatusCode.OK, "POST", "/v1/auth/login", new() { ["email"] = email, ["password"] = password });
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)answer["tokens"]!["accessToken"]);
        return answer;
    }

    public Task<JsonNode> ExpectAsync(HttpStatusCode code, string method, string path, JsonObject? body = null) =>
        ExpectTextAsync(code, method, path, body?.ToJsonString());

    public async Task<JsonNode> ExpectTextAsync(HttpStatusCode code, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, RunningServer.Cancellation);
        var text = await response.Content.ReadAsStringAsync(RunningServer.Cancellation);
        Assert.True(response.StatusCode == code, $"{method} {path}: {(int)response.StatusCode}\n{text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Expects an error with a documented reason; gives it for a closer look.</summary>
    public async Task<JsonNode> ExpectErrorAsync(
        HttpStatusCode code, string reason, string method, string path, JsonObject? body = null)
    {
        var error = await ExpectAsync(code, method, path, body);
        Assert.Equal((reason, "khscrm.com"), ReasonOf(error));
        return error;
    }

    public static (string? Reason, string? Domain) ReasonOf(JsonNode error)
    {
        var info = error["details"]!.AsArray().Single(detail => (string?)detail!["@type"] == "type.googleapis.com/google.rpc.ErrorInfo")!;
        return ((string?)info["reason"], (string?)info["domain"]);
    }

    public void Dispose() => _http.Dispose();
}
