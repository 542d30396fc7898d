using System.Diagnostics;
using KhsCrm.SyncClient;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>The client library's first sync into a new folder.</summary>
internal static class DeviceSync
{
    public static async Task<Measured> RunAsync(string address, string folder, CancellationToken cancellationToken)
    {
        var options = new KhsCrmClientOptions { DataFolder = folder, ServerAddress = address };
        await using var client = await KhsCrmClient.OpenAsync(options, cancellationToken);
        await client.SignInAsync("owner@khscrm.com", "owner-demo-1", cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var summary = await client.SyncAsync(cancellationToken);
        return Measured.Since(start, summary.Received);
    }
}
