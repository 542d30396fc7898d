using KhsCrm.SyncClient;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>Devices of an owner and of workers, in this process, that stay connected.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly List<string> _folders = [];

    public List<OwnerMember> Owners { get; } = [];

    public List<WorkerMember> Workers { get; } = [];

    public IEnumerable<FleetMember> Members => [.. Owners, .. Workers];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// Signs devices in over a good network, and connects them over the one they will live on. Each owner's device says what
    /// one of the workers is assigned to.
    /// </summary>
    public static async Task<Fleet> StartAsync(string goodAddress, string address, int pairs)
    {
        var fleet = new Fleet();
        for (var number = 1; number <= pairs; number++)
        {
            var worker = await fleet.ConnectAsync(goodAddress, address, $"worker{number}@khscrm.com", "worker-demo-1");
            var workerId = (await worker.GetDeviceAsync(Cancellation)).User!.Id;
            fleet.Workers.Add(new WorkerMember($"Worker {number}", worker));
            fleet.Owners.Add(new OwnerMember(
                $"Owner {number}", await fleet.ConnectAsync(goodAddress, address, "owner@khscrm.com", "owner-demo-1"), workerId));
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

    private async Task<KhsCrmClient> ConnectAsync(string goodAddress, string address, string email, string password)
    {
        var folder = Directory.CreateTempSubdirectory("khs-fleet-").FullName;
        _folders.Add(folder);
        await using (var first = await KhsCrmClient.OpenAsync(new() { DataFolder = folder, ServerAddress = goodAddress }, Cancellation))
        {
            await first.SignInAsync(email, password, Cancellation);
            await first.SyncAsync(Cancellation);
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
                TimeProvider = new HastyClock(),
            },
            Cancellation);
        await client.StartAsync(Cancellation);
        return client;
    }
}
