using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>
/// Mutual TLS: who connects needs a certificate of one of the operator's own authorities. The machine's trusted roots
/// would not do: anybody can have a certificate of a public authority.
/// </summary>
internal static class ClientCertificates
{
    // id-kp-clientAuth, RFC 5280, 4.2.1.12.
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Requires client certificates at every TLS endpoint when a file of authorities is configured.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="authoritiesFile">A PEM file with the certificates of the authorities; null or empty for no mutual TLS.</param>
    /// <exception cref="InvalidOperationException">The file holds no certificate.</exception>
    public static void Require(KestrelServerOptions kestrel, string? authoritiesFile)
    {
        if (string.IsNullOrEmpty(authoritiesFile))
            return;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authoritiesFile);
        if (authorities.Count == 0)
            throw new InvalidOperationException("Tls:ClientAuthorities names a file without certificates.");
        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, presented, _) => IsIssued(certificate, presented, authorities);
        });
    }

    private static bool IsIssued(X509Certificate2 certificate, X509Chain? presented, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // The authorities between, which the client sent along.
        if (presented is not null)
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        // A private authority seldom publishes revocations; a device is revoked by its session (docs/security.md).
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(certificate);
    }
}
