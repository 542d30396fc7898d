using KhsCrm.Storage.Deltas;
using KhsCrm.SyncClient;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.SyncServer.Tests.Verify;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;

namespace KhsCrm.SyncServer.Tests.Kinds;

/// <summary>Two servers on one database, of which the older does not know the history of jobs, and a device's store.</summary>
internal sealed class TwoServers : IAsyncDisposable
{
    public const EntityType New = EntityType.JobStatusHistory;
    private readonly StoreFile _file = new();

    private TwoServers(RunningServer newer, RunningServer older) => (Newer, Older) = (newer, older);

    public static KindSet OldKinds { get; } = KindSet.Known.Except(KindSet.Of(New));

    public static IReadOnlyList<EntityType> OldApp { get; } = [.. KindSet.Default.Except(KindSet.Of(New)).ToTypes()];

    public static IReadOnlyList<EntityType> NewApp { get; } = [.. KindSet.Default.ToTypes()];

    public RunningServer Newer { get; }

    public RunningServer Older { get; }

    public Guid Customer { get; private set; }

    public Guid Job { get; private set; }

    public static async Task<TwoServers> StartAsync()
    {
        var newer = await RunningServer.StartAsync();
        var older = await newer.StartAnotherAsync(services: services => services.PostConfigure<DeltaOptions>(options => options.Kinds = OldKinds));
        var servers = new TwoServers(newer, older) { Customer = Guid.CreateVersion7(), Job = Guid.CreateVersion7() };
        await newer.RunAsync(
            $"""
            INSERT INTO customers (id, name, address) VALUES ('{servers.Customer}', 'c', 'a');
            INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{servers.Job}', 'j', '{servers.Customer}', '{RunningServer.OwnerId}');
            """);
        return servers;
    }

    /// <summary>The app of a version, with the device's store, at a server.</summary>
    public async Task<KhsCrmClient> OpenAsync(RunningServer server, IReadOnlyList<EntityType> app)
    {
        var options = new KhsCrmClientOptions { DataFolder = _file.Folder, ServerAddress = server.Address };
        foreach (var type in app)
            options.EntityTypes.Add(type);
        return await KhsCrmClient.OpenAsync(options, RunningServer.Cancellation);
    }

    /// <summary>Syncs once, and gives how many changes came.</summary>
    public async Task<long> SyncAsync(RunningServer server, IReadOnlyList<EntityType> app)
    {
        await using var client = await OpenAsync(server, app);
        return (await client.SyncAsync(RunningServer.Cancellation)).Received;
    }

    public async Task SignInAsync()
    {
        await using var client = await OpenAsync(Newer, OldApp);
        await client.SignInAsync("owner@khscrm.com", "owner-demo-1", RunningServer.Cancellation);
    }

    /// <summary>Another program moves the job on: a change of the job, and a row of the new kind.</summary>
    public Task MoveAsync() => Newer.RunAsync(
        $"UPDATE jobs SET status = CASE status WHEN 'ON_HOLD' THEN 'IN_PROGRESS' ELSE 'ON_HOLD' END WHERE id = '{Job}'");

    /// <summary>How many rows of the new kind the device holds.</summary>
    public async Task<int> HeldAsync()
    {
        await using var client = await OpenAsync(Newer, NewApp);
        return (await client.Jobs.ListStatusHistoryAsync($"{Job}", RunningServer.Cancellation)).Count;
    }

    public async ValueTask DisposeAsync()
    {
        await Older.DisposeAsync();
        await Newer.DisposeAsync();
        _file.Dispose();
    }
}
