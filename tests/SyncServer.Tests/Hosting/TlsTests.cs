using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using KhsCrm.SyncServer.Tests.Kit;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>TLS by Kestrel's own settings, as docs/security.md says.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task A_server_with_a_certificate_is_reached_by_who_trusts_it_and_by_nobody_else()
    {
        using var files = new CertificateFiles();
        await using var server = await RunningServer.StartAsync(files.ServerSettings);
        Assert.StartsWith("https://", server.Address, StringComparison.Ordinal);

        Assert.NotEmpty((await LoginAsync(server.Address, files.Thumbprint)).Tokens.AccessToken);
        Assert.Equal(
            (HttpVersion.Version11, HttpStatusCode.OK), await LoginByJsonAsync(server.Address, files.Thumbprint, HttpVersion.Version11));
        Assert.Equal(
            (HttpVersion.Version20, HttpStatusCode.OK), await LoginByJsonAsync(server.Address, files.Thumbprint, HttpVersion.Version20));
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => LoginAsync(server.Address, "another"));
        Assert.Equal(Grpc.Core.StatusCode.Internal, refused.StatusCode);
    }

    [Fact]
    public async Task Mutual_TLS_lets_in_who_has_a_certificate_of_the_configured_authority_and_nobody_else()
    {
        using var files = new CertificateFiles();
        using var authority = new TestAuthority("KhsCrm devices");
        using var impostor = new TestAuthority("KhsCrm devices");
        await using var server = await RunningServer.StartAsync(new(files.ServerSettings)
        {
            ["Tls:ClientAuthorities"] = files.Write("authorities.pem", authority.CertificatePem),
        });
        using var device = authority.Issue("phone", isClient: true);

        Assert.NotEmpty((await LoginAsync(server.Address, files.Thumbprint, device)).Tokens.AccessToken);

        using var foreign = impostor.Issue("phone", isClient: true);
        using var otherPurpose = authority.Issue("web server", isClient: false);
        using var expired = authority.Issue("old phone", isClient: true, isExpired: true);
        foreach (var bad in new[] { null, foreign, otherPurpose, expired })
            await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => LoginAsync(server.Address, files.Thumbprint, bad));
        Assert.NotEmpty((await LoginAsync(server.Address, files.Thumbprint, device)).Tokens.AccessToken);
    }

    private static async Task<V1.LoginResponse> LoginAsync(string address, string trusted, X509Certificate2? own = null)
    {
        using var handler = Trusting(trusted, own);
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler });
        return await new V1.AuthService.AuthServiceClient(channel).LoginAsync(
            new() { Email = "owner@khscrm.com", Password = "owner-demo-1" }, cancellationToken: RunningServer.Cancellation);
    }

    private static async Task<(Version, HttpStatusCode)> LoginByJsonAsync(string address, string trusted, Version version)
    {
        using var client = new HttpClient(Trusting(trusted));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/v1/auth/login")
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(new { email = "owner@khscrm.com", password = "owner-demo-1" }),
        };
        using var response = await client.SendAsync(request, RunningServer.Cancellation);
        return (response.Version, response.StatusCode);
    }

    private static SocketsHttpHandler Trusting(string trusted, X509Certificate2? own = null) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, presented, _, _) => (presented as X509Certificate2)?.Thumbprint == trusted,
            // Presented whatever authorities the server names.
            LocalCertificateSelectionCallback = own is null ? null : (_, _, _, _, _) => own,
        },
    };
}
