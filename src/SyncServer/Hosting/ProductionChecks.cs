using System.Net;
using KhsCrm.Storage.Schema;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Auth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>What a server refuses to start with: anywhere, plaintext off loopback; in Production, what is known to all (DESIGN §10).</summary>
internal sealed class ProductionChecks(
    IHostEnvironment environment,
    IConfiguration configuration,
    IOptions<AuthOptions> auth,
    IDbContextFactory<KhsCrmDbContext> contexts,
    PasswordHasher hasher) : IHostedService
{
    private const string SeededEmail = "owner@khscrm.com";
    private const string SeededPassword = "owner-demo-1";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (PlaintextUrls().FirstOrDefault() is { } url)
        {
            throw new InvalidOperationException(
                $"{url} would carry passwords without TLS. Configure a certificate, or set Tls:AllowPlaintext=true behind a proxy that has one.");
        }

        if (!environment.IsProduction())
            return;
        if (auth.Value.SigningKeys.Contains(AuthOptions.DevelopmentSigningKey))
            throw new InvalidOperationException("Auth:SigningKeys holds the development key. Set a secret of your own.");
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var hash = await context.Users.Where(user => user.Email == SeededEmail && user.IsActive)
            .Select(user => user.PasswordHash).SingleOrDefaultAsync(cancellationToken);
        if (hash is not null && hasher.Verify(SeededPassword, hash))
        {
            throw new InvalidOperationException(
                $"{SeededEmail} still has its seeded password. Change it: echo PASSWORD | dotnet KhsCrm.SyncServer.dll set-password {SeededEmail}");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<string> PlaintextUrls()
    {
        if (configuration.GetValue<bool>("Tls:AllowPlaintext"))
            return [];
        return configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "")
            .Where(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !IsLoopback(url));
    }

    private static bool IsLoopback(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
