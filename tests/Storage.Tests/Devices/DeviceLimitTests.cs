using KhsCrm.Storage.Devices;
using KhsCrm.TestKit;
using Microsoft.Extensions.Options;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Devices;

/// <summary>A caller who invents device ids fills no table.</summary>
public sealed class DeviceLimitTests
{
    [Fact]
    public async Task A_user_has_so_many_devices_and_those_that_are_known_stay_welcome()
    {
        await using var database = await CreateAsync();
        var registry = new DeviceRegistry(database.DataSource, Options.Create(new DeviceOptions { PerUser = 2 }));
        Guid[] devices = [Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var device in devices)
            Assert.NotNull(await registry.GreetAsync(new DeviceHello(device, Owner, null, "test"), Cancellation));

        var refusal = await Assert.ThrowsAsync<DeviceLimitException>(
            () => registry.GreetAsync(new DeviceHello(Guid.CreateVersion7(), Owner, null, "test"), Cancellation));

        Assert.Equal(2, refusal.Maximum);
        Assert.Equal(2L, await database.ScalarAsync<long>("SELECT count(*) FROM devices"));
        foreach (var device in devices)
            Assert.NotNull(await registry.GreetAsync(new DeviceHello(device, Owner, null, "test"), Cancellation));
        // Another's device is still another's, and not one too many.
        Assert.Null(await registry.GreetAsync(new DeviceHello(devices[0], Guid.Parse("00000000-0000-7000-8000-000000000001"), null, "test"), Cancellation));
    }

    /// <summary>Forced: the first is held between its count and its row, and the second would find the same room.</summary>
    [Fact]
    public async Task Two_new_devices_at_the_same_moment_do_not_take_the_same_room()
    {
        await using var database = await CreateAsync();
        var registry = new DeviceRegistry(database.DataSource, Options.Create(new DeviceOptions { PerUser = 1 }));
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var held = await HeldTransaction.BeginAsync(
            database.DataSource, $"INSERT INTO devices (id, user_id, app_version) VALUES ('{first}', '{Owner}', '')", Cancellation);
        var one = registry.GreetAsync(new DeviceHello(first, Owner, null, "test"), Cancellation);
        await held.WaitForVictimAsync(one);

        var other = registry.GreetAsync(new DeviceHello(second, Owner, null, "test"), Cancellation);
        while (!other.IsCompleted && !await database.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted)"))
        {
            Cancellation.ThrowIfCancellationRequested();
        }

        await held.RollbackAsync();

        Assert.NotNull(await one);
        await Assert.ThrowsAsync<DeviceLimitException>(() => other);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM devices"));
    }
}
