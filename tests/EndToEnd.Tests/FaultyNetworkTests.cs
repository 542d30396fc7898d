using System.Globalization;
using KhsCrm.EndToEnd.Tests.Kit;
using KhsCrm.SyncClient;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>
/// Devices stay connected over a network that does all that networks do, and edit meanwhile: owners anything, workers the
/// checklists of jobs that are given to them and taken away. When it heals, all of them and the database hold the same, each
/// edit once, without anybody having restarted anything or signed in again.
/// </summary>
public sealed class FaultyNetworkTests
{
    // Two owners and two workers.
    private const int Pairs = 2;

    // KHSCRM_FAULT_EDITS=1000 for a long run.
    private static readonly int Edits = int.Parse(
        Environment.GetEnvironmentVariable("KHSCRM_FAULT_EDITS") ?? "25", CultureInfo.InvariantCulture);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_edits_converge_and_nothing_is_lost_or_doubled(int seed)
    {
        await using var service = await Service.StartAsync();
        await using var proxy = new FaultyProxy(service.Url, seed);
        await using var fleet = await Fleet.StartAsync(service.Url, proxy.Address, Pairs);
        var random = new Random(seed);

        for (var step = 0; step < Edits; step++)
        {
            foreach (var member in fleet.Members)
                await member.EditAsync(random);
        }

        proxy.Heal();

        foreach (var owner in fleet.Owners)
            await owner.SettlesOnAsync(() => service.RowsAsync());
        foreach (var (worker, number) in fleet.Workers.Select((worker, index) => (worker, index + 1)))
            await worker.SettlesOnAsync(() => service.RowsAsync($"worker{number}@khscrm.com"));
        await CheckOwnersAsync(service, fleet);
        await CheckWorkersAsync(service, fleet);
        Assert.NotEmpty(fleet.Workers.SelectMany(worker => worker.Own));
        Assert.Contains(proxy.Faults, fault => fault.Key != LinkFault.None);
    }

    [Theory]
    [InlineData(nameof(LinkFault.Drop))]
    [InlineData(nameof(LinkFault.Reset))]
    public async Task A_device_that_is_cut_off_again_and_again_while_it_pushes_goes_on(string by)
    {
        const int Cuts = 60;
        var fault = Enum.Parse<LinkFault>(by);
        await using var service = await Service.StartAsync();
        using var device = await service.SignInAsync();
        await using var proxy = new FaultyProxy(service.Url, seed: 1) { Always = fault };
        await using var client = await KhsCrmClient.OpenAsync(
            new()
            {
                DataFolder = device.Folder,
                ServerAddress = proxy.Address,
                FirstReconnectDelay = TimeSpan.FromMilliseconds(1),
                LongestReconnectDelay = TimeSpan.FromMilliseconds(5),
            },
            Cancellation);
        await client.StartAsync(Cancellation);

        var made = 0;
        for (; proxy.CountOf(fault) < Cuts; made++)
        {
            Assert.True(client.Status.State != SyncState.Failed, $"{client.Status}");
            await client.Customers.AddAsync(new() { Name = $"Cut {made}", Address = "1 A St" }, Cancellation);
        }

        proxy.Heal();

        while (await client.Outbox.CountAsync(Cancellation) is not { Unsent: 0, Unconfirmed: 0 })
        {
            Assert.True(client.Status.State != SyncState.Failed, $"{client.Status}");
            await Task.Delay(20, Cancellation);
        }

        Assert.Equal(made, await service.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name LIKE 'Cut %'"));
        Assert.Equal(made, await service.ScalarAsync<long>("SELECT count(DISTINCT name) FROM customers WHERE name LIKE 'Cut %'"));
    }

    [Fact]
    public async Task A_renewal_whose_answer_is_lost_signs_nobody_out()
    {
        await using var service = await Service.StartAsync();
        using var device = await service.SignInAsync();
        await using var proxy = new FaultyProxy(service.Url, seed: 1) { Always = LinkFault.Mute };
        await using var client = await KhsCrmClient.OpenAsync(
            new() { DataFolder = device.Folder, ServerAddress = proxy.Address, TimeProvider = new HastyClock() }, Cancellation);
        var syncing = client.SyncAsync(Cancellation);
        while (await service.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens WHERE used_at IS NOT NULL") == 0)
            await Task.Delay(10, Cancellation);

        proxy.Heal();

        await Assert.ThrowsAsync<ServerUnreachableException>(() => syncing);
        await client.SyncAsync(Cancellation);
        Assert.False((await client.GetDeviceAsync(Cancellation)).MustSignInAgain);
        Assert.Equal(1, await service.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL"));
    }

    // Nothing takes a row from an owner: every edit is in effect, and the own ones as they were made last.
    private static async Task CheckOwnersAsync(Service service, Fleet fleet)
    {
        var customers = await service.CustomersAsync();
        foreach (var owner in fleet.Owners)
        {
            Assert.Empty(await owner.RejectedAsync());
            foreach (var (name, phone) in owner.Own)
            {
                var line = Assert.Single(customers, line => line.StartsWith($"{name}: ", StringComparison.Ordinal));
                Assert.StartsWith($"{name}: {phone};", line, StringComparison.Ordinal);
            }
        }
    }

    // What a worker added to a job that was theirs no more is refused, and the device says so; all else is there, once.
    private static async Task CheckWorkersAsync(Service service, Fleet fleet)
    {
        var refused = 0;
        foreach (var worker in fleet.Workers)
        {
            var rejected = await worker.RejectedAsync();
            refused += rejected.Count;
            Assert.All(rejected, entry => Assert.NotEmpty(entry.Message));
            var refusedAdds = rejected.Where(entry => entry.Operation.Kind == OperationKind.Create)
                .Select(entry => entry.Operation.Entity.Material.Id).ToHashSet();
            foreach (var (name, id) in worker.Own)
            {
                Assert.Equal(
                    refusedAdds.Contains(id) ? 0 : 1,
                    await service.ScalarAsync<long>($"SELECT count(*) FROM materials WHERE item_name = '{name}'"));
            }
        }

        Assert.Equal(0, await service.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status NOT IN ('completed', 'failed')"));
        Assert.Equal(refused, await service.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status = 'failed'"));
    }
}
