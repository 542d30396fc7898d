using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
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
        var folder = Directory.CreateTempSubdirectory("khscrm-tls");
        try
        {
            var (path, keyPath) = (Path.Combine(folder.FullName, "tls.crt"), Path.Combine(folder.FullName, "tls.key"));
            using var certificate = SelfSigned();
            using var key = certificate.GetECDsaPrivateKey()!;
            await File.WriteAllTextAsync(path, certificate.ExportCertificatePem(), RunningServer.Cancellation);
            await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem(), RunningServer.Cancellation);
            await using var server = await RunningServer.StartAsync(new()
            {
                ["Kestrel:Endpoints:Grpc:Url"] = "https://127.0.0.1:0",
                ["Kestrel:Endpoints:Grpc:Certificate:Path"] = path,
                ["Kestrel:Endpoints:Grpc:Certificate:KeyPath"] = keyPath,
            });
            Assert.StartsWith("https://", server.Address, StringComparison.Ordinal);

            Assert.NotEmpty((await LoginAsync(server.Address, certificate.Thumbprint)).Tokens.AccessToken);
            Assert.Equal(
                (HttpVersion.Version11, HttpStatusCode.OK), await LoginByJsonAsync(server.Address, certificate.Thumbprint, HttpVersion.Version11));
            Assert.Equal(
                (HttpVersion.Version20, HttpStatusCode.OK), await LoginByJsonAsync(server.Address, certificate.Thumbprint, HttpVersion.Version20));
            var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => LoginAsync(server.Address, "another"));
            Assert.Equal(Grpc.Core.StatusCode.Internal, refused.StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<V1.LoginResponse> LoginAsync(string address, string trusted)
    {
        using var handler = Trusting(trusted);
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

    private static SocketsHttpHandler Trusting(string trusted) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, presented, _, _) => (presented as X509Certificate2)?.Thumbprint == trusted,
        },
    };

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
