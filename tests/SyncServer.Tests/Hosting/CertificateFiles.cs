using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>A server's certificate, in files as an operator has them.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khscrm-tls");

    public CertificateFiles()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Thumbprint = certificate.Thumbprint;
        ServerSettings = new()
        {
            ["Kestrel:Endpoints:Grpc:Url"] = "https://127.0.0.1:0",
            ["Kestrel:Endpoints:Grpc:Certificate:Path"] = Write("tls.crt", certificate.ExportCertificatePem()),
            ["Kestrel:Endpoints:Grpc:Certificate:KeyPath"] = Write("tls.key", key.ExportPkcs8PrivateKeyPem()),
        };
    }

    public string Thumbprint { get; }

    public Dictionary<string, string?> ServerSettings { get; }

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
