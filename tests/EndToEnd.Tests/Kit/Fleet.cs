using KhsCrm.SyncClient;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>Devices of one owner, in this process, that stay connected.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<string> _folders = [];

    public List<FleetMember> Members { get; } = [];

    /// <summary>Signs devices in over a good network, and connects them over the one they will live on.</summary>
    public static async Task<Fleet> StartAsync(string goodAddress, string address, int count)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var fleet = new Fleet();
        for (var number = 0; number < count; number++)
        {
            var folder = Directory.CreateTempSubdirectory("khs-fleet-").FullName;
            fleet._folders.Add(folder);
            await using (var first = await KhsCrmClient.OpenAsync(new() { DataFolder = folder, ServerAddress = goodAddress }, cancellation))
            {
                await first.SignInAsync("owner@khscrm.com", "owner-demo-1", cancellation);
                await first.SyncAsync(cancellation);
            }

            var client = await KhsCrmClient.OpenAsync(
                new()
                {
                    DataFolder = folder,
                    ServerAddress = address,
                    FirstReconnectDelay = TimeSpan.FromMilliseconds(10),
                    LongestReconnectDelay = TimeSpan.FromMilliseconds(200),
                    // The least that .NET allows: a half-open connection is found out in two to three seconds.
                    KeepAliveInterval = TimeSpan.FromSeconds(1),
                    KeepAliveTimeout = TimeSpan.FromSeconds(2),
                    AnswerTimeout = TimeSpan.FromSeconds(10),
                },
                cancellation);
            fleet.Members.Add(new FleetMember($"Device {number}", client));
            await client.StartAsync(cancellation);
        }

        return fleet;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members)
            await member.Client.DisposeAsync();
        foreach (var folder in _folders)
            Directory.Delete(folder, recursive: true);
    }
}
