using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>An authority that issues certificates to devices.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
    }

    public string CertificatePem => _certificate.ExportCertificatePem();

    public X509Certificate2 Issue(string name, bool isClient, bool isExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        // id-kp-clientAuth or id-kp-serverAuth, RFC 5280, 4.2.1.12.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(isClient ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(
            _certificate, now.AddDays(-20), now.AddDays(isExpired ? -10 : 10), RandomNumberGenerator.GetBytes(16));
        return issued.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
