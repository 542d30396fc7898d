using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KhsCrm.Cli.Errors;

namespace KhsCrm.Cli.Tests;

/// <summary>A server with a private CA that asks for a certificate, and a proxy, are reached by options.</summary>
public sealed class ConnectionOptionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_and_a_private_authority_are_used()
    {
        using var khs = new Khs();
        await khs.SignInAsync();
        using var authority = Authority();
        using var server = Issue(authority);
        using var device = Issue(authority);
        var ca = Path.Combine(khs.Folder, "ca.pem");
        var pem = Path.Combine(khs.Folder, "device.pem");
        await File.WriteAllTextAsync(ca, authority.ExportCertificatePem(), Ct);
        await File.WriteAllTextAsync(pem, $"{device.ExportCertificatePem()}\n{device.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}", Ct);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var shown = AcceptAsync(listener, server);

        var answer = await khs.RunAsync("sync", "--server", $"https://127.0.0.1:{Port(listener)}", "--ca", ca, "--certificate", pem);

        Assert.Equal(ExitCode.ServerUnreachable, answer.ExitCode); // Behind TLS there is nothing.
        Assert.Equal(device.Thumbprint, await shown);
    }

    [Fact]
    public async Task A_proxy_is_asked_for_the_server()
    {
        using var khs = new Khs();
        await khs.SignInAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = ReadLineAsync(listener);

        await khs.RunAsync("sync", "--server", "https://crm.example.com", "--proxy", $"http://127.0.0.1:{Port(listener)}");

        Assert.StartsWith("CONNECT crm.example.com:443 ", await asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--certificate", "nowhere.pem")]
    [InlineData("--ca", "nowhere.pem")]
    [InlineData("--proxy", "nonsense")]
    public async Task What_cannot_be_used_is_told(string option, string value)
    {
        using var khs = new Khs();
        await khs.SignInAsync();

        await khs.AssertFailsAsync(ExitCode.Usage, value, "status", option, value);
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static async Task<string?> AcceptAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync(Ct);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            },
            Ct);
        return (tls.RemoteCertificate as X509Certificate2)?.Thumbprint;
    }

    private static async Task<string?> ReadLineAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Ct);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadLineAsync(Ct);
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Private CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=issued", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(
            authority, DateTimeOffset.UnixEpoch.AddYears(51), DateTimeOffset.UnixEpoch.AddYears(99), RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
