using System.Diagnostics;

namespace KhsCrm.SyncClient.Tests.Encryption;

/// <summary>Where SQLCipher is: what KHSCRM_SQLCIPHER names, or what scripts/sqlcipher builds.</summary>
internal static class SqlCipher
{
    public static async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("KHSCRM_SQLCIPHER") is { Length: > 0 } named)
            return named;
        var start = new ProcessStartInfo(Path.Combine(Root(), "scripts", "sqlcipher")) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var script = Process.Start(start)!;
        var errors = script.StandardError.ReadToEndAsync(cancellationToken);
        var path = (await script.StandardOutput.ReadToEndAsync(cancellationToken)).Trim();
        await script.WaitForExitAsync(cancellationToken);
        Assert.True(script.ExitCode == 0, $"scripts/sqlcipher: {await errors}");
        return path;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "KhsCrm.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("These tests lie below the solution.");
        return folder.FullName;
    }
}
