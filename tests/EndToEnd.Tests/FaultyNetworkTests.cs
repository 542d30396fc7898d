using System.Globalization;
using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>
/// Devices stay connected over a network that does all that networks do, and edit meanwhile. When it heals, all of them
/// and the database hold the same, each edit once, without anybody having restarted anything.
/// </summary>
public sealed class FaultyNetworkTests
{
    private const int Devices = 3;

    // KHSCRM_FAULT_EDITS=1000 for a long run.
    private static readonly int Edits = int.Parse(
        Environment.GetEnvironmentVariable("KHSCRM_FAULT_EDITS") ?? "20", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_edits_converge_and_nothing_is_lost_or_doubled(int seed)
    {
        await using var service = await Service.StartAsync();
        await using var proxy = new FaultyProxy(service.Url, seed);
        await using var fleet = await Fleet.StartAsync(service.Url, proxy.Address, Devices);
        var random = new Random(seed);

        for (var step = 0; step < Edits * Devices; step++)
            await fleet.Members[step % Devices].EditAsync(random);
        proxy.Heal();

        foreach (var member in fleet.Members)
            await member.SettledAsync();
        var expected = await service.CustomersAsync();
        foreach (var member in fleet.Members)
            await member.HoldsAsync(expected);
        foreach (var (name, phone) in fleet.Members.SelectMany(member => member.Own))
        {
            var line = Assert.Single(expected, line => line.StartsWith($"{name}: ", StringComparison.Ordinal));
            Assert.StartsWith($"{name}: {phone};", line, StringComparison.Ordinal);
        }

        Assert.Equal(
            0, await service.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status <> 'completed'"));
        Assert.Contains(proxy.Faults, fault => fault.Key != LinkFault.None);
    }
}
