using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KhsCrm.Cli.Errors;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Commands;

/// <summary>The options of a server behind a proxy, with a private CA, or that asks for a certificate. Each has a variable too.</summary>
internal sealed class ConnectionOptions
{
    private const string PasswordVariable = "KHS_CERTIFICATE_PASSWORD";

    private readonly Option<string?> _certificate = Create(
        "--certificate", "FILE", "KHS_CERTIFICATE",
        $"Client certificate with its key: PEM, or PKCS #12 with the password in {PasswordVariable}.");

    private readonly Option<string?> _authority = Create(
        "--ca", "FILE", "KHS_CA", "CA certificates to trust instead of the system's: PEM.");

    private readonly Option<string?> _proxy = Create(
        "--proxy", "URL", "KHS_PROXY", "Proxy to use instead of the system's.");

    public IEnumerable<Option> All => [_certificate, _authority, _proxy];

    /// <summary>Sets what was typed.</summary>
    /// <exception cref="UsageException">A file cannot be read, or the proxy is no address.</exception>
    public void Apply(ParseResult parsed, KhsCrmClientOptions options)
    {
        if (parsed.GetValue(_certificate) is { } certificate)
            options.ClientCertificates.Add(Read("--certificate", certificate, ReadWithKey));
        if (parsed.GetValue(_authority) is { } authority)
            options.CertificateAuthorities.AddRange(Read("--ca", authority, ReadAuthorities));
        if (parsed.GetValue(_proxy) is { } proxy)
        {
            options.Proxy = Uri.TryCreate(proxy, UriKind.Absolute, out var address) && address.Host.Length > 0
                ? new WebProxy(address)
                : throw new UsageException($"'{proxy}' is not the address of a proxy: write it like http://proxy.example.com:3128.");
        }
    }

    private static X509Certificate2 ReadWithKey(string file)
    {
        if (!File.ReadAllText(file).Contains("-----BEGIN", StringComparison.Ordinal))
            return X509CertificateLoader.LoadPkcs12FromFile(file, Environment.GetEnvironmentVariable(PasswordVariable));
        using var pem = X509Certificate2.CreateFromPemFile(file);
        // TLS on Windows cannot use a key that is in memory only.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pfx), null);
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(file);
        return found.Count > 0 ? found : throw new CryptographicException("There is no certificate in it.");
    }

    private static T Read<T>(string option, string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"{option} {file} cannot be used: {ErrorText.Sentence(exception.Message)}");
        }
    }

    private static Option<string?> Create(string name, string value, string variable, string description) => new(name)
    {
        Description = $"{description} Or {variable}.",
        HelpName = value,
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null,
    };
}
