using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Tests.Sync;

/// <summary>Why a server cannot be reached is told in a sentence, and a private CA, a certificate and a handler can be given.</summary>
public sealed class ReachingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_listener_is_told() =>
        Assert.Equal(ErrorReason.ConnectionRefused, await ReasonAsync("http://127.0.0.1:1"));

    [Fact]
    public async Task No_name_is_told() =>
        Assert.Equal(ErrorReason.HostNotFound, await ReasonAsync("http://khscrm.invalid:5080"));

    [Fact]
    public async Task Tls_against_plain_text_is_told()
    {
        await using var app = await ServeAsync(HttpProtocols.Http2);
        Assert.Equal(ErrorReason.TlsFailed, await ReasonAsync(app.Urls.First().Replace("http:", "https:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_of_HTTP_1_is_told()
    {
        await using var app = await ServeAsync(HttpProtocols.Http1);
        Assert.Equal(ErrorReason.NotAGrpcServer, await ReasonAsync(app.Urls.First()));
    }

    [Fact]
    public async Task A_private_authority_and_a_certificate_of_the_client_open_a_server_that_asks_for_both()
    {
        using var authority = Authority();
        using var server = Issue(authority, "127.0.0.1");
        using var device = Issue(authority, "device");
        string? shown = null;
        await using var app = await ServeAsync(HttpProtocols.Http2, server, certificate => shown = certificate.Thumbprint);

        Assert.Equal(ErrorReason.TlsFailed, await ReasonAsync(app.Urls.First()));
        // It gets as far as HTTP, which here has nothing behind it.
        Assert.Equal(ErrorReason.NotAGrpcServer, await ReasonAsync(app.Urls.First(), options =>
        {
            options.CertificateAuthorities.Add(X509CertificateLoader.LoadCertificate(authority.RawData));
            options.ClientCertificates.Add(device);
        }));
        Assert.Equal(device.Thumbprint, shown);
    }

    [Fact]
    public async Task A_proxy_is_gone_through()
    {
        using var authority = Authority();
        using var server = Issue(authority, "127.0.0.1");
        using var device = Issue(authority, "device");
        await using var app = await ServeAsync(HttpProtocols.Http2, server, _ => { });
        await using var proxy = new ConnectProxy();

        // As far as HTTP, as without a proxy.
        Assert.Equal(ErrorReason.NotAGrpcServer, await ReasonAsync(app.Urls.First(), options =>
        {
            options.Proxy = new WebProxy(proxy.Address);
            options.CertificateAuthorities.Add(X509CertificateLoader.LoadCertificate(authority.RawData));
            options.ClientCertificates.Add(device);
        }));

        Assert.Equal(new Uri(app.Urls.First()).Authority, proxy.Target);
    }

    [Fact]
    public async Task An_app_can_give_its_own_handler()
    {
        var made = 0;

        await ReasonAsync("http://127.0.0.1:1", options => options.CreateHttpHandler = () =>
        {
            made++;
            return new SocketsHttpHandler();
        });

        Assert.Equal(1, made);
    }

    private static async Task<ErrorReason> ReasonAsync(string address, Action<KhsCrmClientOptions>? configure = null)
    {
        using var folder = new TempFolder();
        var options = new KhsCrmClientOptions { DataFolder = folder.Path, ServerAddress = address };
        configure?.Invoke(options);
        await using var client = await KhsCrmClient.OpenAsync(options, Ct);
        var failure = await Assert.ThrowsAsync<ServerUnreachableException>(() => client.SignInAsync("olga@khscrm.com", "secret", Ct));
        Assert.StartsWith($"{address} cannot be reached: ", failure.Message, StringComparison.Ordinal);
        return failure.Reason;
    }

    private static async Task<WebApplication> ServeAsync(
        HttpProtocols protocols, X509Certificate2? certificate = null, Action<X509Certificate2>? onClient = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (certificate is null)
                return;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (shown, _, errors) =>
                {
                    onClient?.Invoke(shown);
                    return errors != SslPolicyErrors.RemoteCertificateNotAvailable;
                },
            });
        }));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("no gRPC"));
        await app.StartAsync(Ct);
        return app;
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Private CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(
            authority, DateTimeOffset.UnixEpoch.AddYears(51), DateTimeOffset.UnixEpoch.AddYears(99), [1, 2, 3]);
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }
}
