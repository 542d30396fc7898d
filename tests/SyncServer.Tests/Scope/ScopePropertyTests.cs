using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>
/// Promise 4 over real streams, catch-up and live mixed: at every checkpoint each device shows exactly what the policy
/// allows its user in the state it then holds; and no message of its raw stream carries a row that was not in its scope in
/// a state the message can have been read from.
/// </summary>
public sealed class ScopePropertyTests
{
    private const int Steps = 25;

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(2026)]
    public async Task What_devices_show_and_what_the_wire_carries_is_the_scope(int seed)
    {
        var random = new Random(seed);
        await using var server = await RunningServer.StartAsync(new() { ["Deltas:PageSize"] = "3", ["Live:PollInterval"] = "00:00:00.010" });
        List<Guid> workers = [];
        for (var i = 0; i < 3; i++)
            workers.Add(await server.AddUserAsync($"w{i}@khscrm.com"));
        var history = new ScopeHistory(server, await server.AddUserAsync("marker@khscrm.com"));
        var owner = Guid.Parse(RunningServer.OwnerId);
        var office = new RandomOffice(history, random, workers, owner);
        await history.RunAsync("SELECT");
        await office.SeedAsync();
        // One sign-in a user: what is tried here is what sessions are sent, and a sign-in costs bcrypt.
        using var boss = new ScopeDevice(server, history, owner, await server.OwnerAsync());
        List<ScopeDevice> devices = [boss];
        for (var i = 0; i < workers.Count; i++)
        {
            var credentials = await server.SignInAsync($"w{i}@khscrm.com");
            devices.Add(new ScopeDevice(server, history, workers[i], credentials));
            if (i == 0)
                devices.Add(new ScopeDevice(server, history, workers[i], credentials));
        }

        await boss.ConnectAsync();
        for (var step = 0; step < Steps; step++)
        {
            foreach (var device in devices.Skip(1))
                await ComeOrGoAsync(device, random);
            for (var changes = random.Next(1, 7); changes > 0; changes--)
                await ChangeAsync(history, office, devices, random);
            // A push moves no marker: this state follows whatever came before.
            await history.RunAsync("SELECT");
            foreach (var device in devices.Where(device => device.IsConnected))
                await device.ReadToLatestAsync();
        }

        foreach (var device in devices)
            device.Dispose();
    }

    [Fact]
    public void The_check_finds_a_row_outside_the_scope_and_an_address_that_a_worker_may_not_read()
    {
        var (me, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var scope = new PolicyScope(
            new Dictionary<Guid, HashSet<(EntityType, string)>> { [me] = [(EntityType.Customer, "1"), (EntityType.User, $"{other}")] },
            new HashSet<Guid>());
        ScopeDevice.CheckMessage(Carrying(new() { Customer = new() { Id = "1" } }), me, [scope]);
        ScopeDevice.CheckMessage(Carrying(new() { User = new() { Id = $"{other}", Name = "n" } }), me, [scope]);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>
            ScopeDevice.CheckMessage(Carrying(new() { Customer = new() { Id = "2" } }), me, [scope]));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>
            ScopeDevice.CheckMessage(Carrying(new() { User = new() { Id = $"{other}", Email = "a@b" } }), me, [scope]));
    }

    private static async Task ComeOrGoAsync(ScopeDevice device, Random random)
    {
        if (device.IsConnected && random.Next(4) == 0)
        {
            device.Disconnect();
        }
        else if (!device.IsConnected && random.Next(2) == 0)
        {
            await device.ConnectAsync();
            // Sometimes it leaves in the midst of catching up, and goes on from there when it comes back.
            if (random.Next(3) != 0)
                return;
            await device.ReadAsync();
            await device.ReadAsync();
            device.Disconnect();
        }
    }

    private static async Task ChangeAsync(
        ScopeHistory history, RandomOffice office, IReadOnlyList<ScopeDevice> devices, Random random)
    {
        var pusher = devices[random.Next(devices.Count)];
        if (random.Next(2) == 0 || !pusher.IsConnected)
        {
            await history.RunAsync(office.NextSql());
            return;
        }

        await pusher.PushAsync(pusher == devices[0] ? office.NextOfOwner() : office.NextOfWorker());
    }

    private static SyncStreamResponse Carrying(Entity entity) => new() { Delta = new Delta { Changes = { new Change { Entity = entity } } } };
}
