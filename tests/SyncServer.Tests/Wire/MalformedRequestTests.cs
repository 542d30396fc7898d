using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Wire;

/// <summary>Bytes that are no request get a documented reason, and the server goes on; so does what is too large.</summary>
public sealed class MalformedRequestTests
{
    private const string Unary = "/khscrm.v1.AuthService/Login";
    private const string Stream = "/khscrm.v1.SyncService/SyncStream";

    // What it is, and the bytes: a flag for compression, the length, the message.
    public static TheoryData<string, byte[]> Bodies => new()
    {
        { "no bytes", [] },
        { "half a frame header", [0, 0] },
        { "a frame that is cut off", [0, 0, 0, 0, 100, 10, 3, 97] },
        { "no protobuf", [0, 0, 0, 0, 5, 255, 255, 255, 255, 255] },
        { "a field that is cut off", [0, 0, 0, 0, 3, 10, 100, 97] },
        { "text that is no UTF-8", [0, 0, 0, 0, 4, 10, 2, 0xC3, 0x28] },
        { "compressed by nobody knows what", [1, 0, 0, 0, 2, 10, 0] },
        { "a flag that does not exist", [7, 0, 0, 0, 2, 10, 0] },
        { "a length of two gigabytes", [0, 0x7F, 0xFF, 0xFF, 0xFF, 10, 0] },
        { "a length beyond two gigabytes", [0, 0xFF, 0xFF, 0xFF, 0xFF, 10, 0] },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Gets_a_reason_in_a_unary_call_and_in_a_stream(string what, byte[] body)
    {
        await using var server = await RunningServer.StartAsync();
        var token = (await server.LoginAsync()).Tokens.AccessToken;

        foreach (var path in new[] { Unary, Stream })
        {
            var status = await PostAsync(server, path, token, body);
            var reason = status.GetDetail<ErrorInfo>()?.Reason;
            Assert.True(
                (status.Code, reason) is ((int)StatusCode.InvalidArgument, "PROTOCOL_VIOLATION")
                    or ((int)StatusCode.InvalidArgument, "FIELD_INVALID")
                    or ((int)StatusCode.ResourceExhausted, "LIMIT_EXCEEDED"),
                $"{what} to {path}: {status}");
        }

        using var call = server.OpenStream(RunningServer.Bearer(token));
        await call.CatchUpAsync();
    }

    [Fact]
    public async Task A_message_beyond_the_limit_gets_a_reason_in_every_shape_of_call()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Sync:MaxMessageBytes"] = "65536" });
        var login = await server.LoginAsync();
        var owner = RunningServer.Bearer(login.Tokens.AccessToken);
        var large = new string('x', 70_000);
        var push = new PushRequest { DeviceId = $"{Guid.CreateVersion7()}", Operations = { StreamExtensions.NewCustomer(1, large) } };

        await ExpectAsync(() => server.LoginAsync(large));
        await ExpectAsync(async () => await new SyncService.SyncServiceClient(server.Channel).PushAsync(
            push, owner, cancellationToken: RunningServer.Cancellation));
        await ExpectAsync(async () =>
        {
            using var pull = new SyncService.SyncServiceClient(server.Channel).Pull(
                new PullRequest { Cursor = ByteString.CopyFrom(new byte[70_000]) }, owner, cancellationToken: RunningServer.Cancellation);
            await pull.ResponseStream.MoveNext(RunningServer.Cancellation);
        });
        using var call = server.OpenStream(owner);
        await call.CatchUpAsync();
        try
        {
            await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { StreamExtensions.NewCustomer(1, large) } } });
        }
        catch (RpcException)
        {
            // The server refuses when it has read the length, which may be before all is sent: the answer says why.
        }

        await ExpectAsync(call.ReadToEndAsync);

        await server.LoginAsync();

        static Task ExpectAsync(Func<Task> send) =>
            Faults.ExpectAsync(StatusCode.ResourceExhausted, ErrorReason.LimitExceeded, send);
    }

    [Fact]
    public async Task What_is_no_gRPC_is_turned_away()
    {
        await using var server = await RunningServer.StartAsync();
        using var client = new HttpClient();
        using var request = NewRequest(server, Unary, "application/json", "{}"u8.ToArray());

        using var response = await client.SendAsync(request, RunningServer.Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private static async Task<Google.Rpc.Status> PostAsync(RunningServer server, string path, string token, byte[] body)
    {
        using var client = new HttpClient();
        using var request = NewRequest(server, path, "application/grpc", body);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request, RunningServer.Cancellation);
        await response.Content.ReadAsByteArrayAsync(RunningServer.Cancellation);
        // A call that fails before it answers has its status in the headers.
        var fields = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        var details = fields.TryGetValues("grpc-status-details-bin", out var values) ? values.Single() : "";
        var status = Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(Pad(details)));
        Assert.Equal(fields.GetValues("grpc-status").Single(), $"{status.Code}");
        return status;
    }

    private static HttpRequestMessage NewRequest(RunningServer server, string path, string contentType, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return new HttpRequestMessage(HttpMethod.Post, server.Address + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
    }

    // gRPC lets the padding be left out.
    private static string Pad(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');
}
