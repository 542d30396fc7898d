using KhsCrm.Contracts.Kinds;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>
/// Promise 4 over real streams: after every step each device shows what the policy allows its user, no more and no fewer;
/// and the recording of its raw stream never carried a row that was not in its scope at some moment of the step.
/// </summary>
public sealed class ScopePropertyTests
{
    private const int Steps = 40;

    [Theory]
    [InlineData(12)]
    public async Task What_devices_show_and_what_the_wire_carried_is_the_scope(int seed)
    {
        var random = new Random(seed);
        await using var server = await RunningServer.StartAsync(new()
        {
            ["Deltas:PageSize"] = "3",
            ["Limits:PasswordsPerAccount"] = "1000",
            ["Limits:PasswordsPerAddress"] = "100000",
        });
        string[] emails = ["w1@khscrm.com", "w2@khscrm.com", "w3@khscrm.com"];
        List<Guid> users = [];
        foreach (var email in emails)
            users.Add(await server.AddUserAsync(email));
        var marker = $"{await server.AddUserAsync("marker@khscrm.com")}";
        var office = new RandomOffice(server, random, users);
        await office.SeedAsync();
        using var one = new RecordingDevice(server, emails[0], users[0]);
        using var sameUser = new RecordingDevice(server, emails[0], users[0]);
        using var two = new RecordingDevice(server, emails[1], users[1]);
        using var three = new RecordingDevice(server, emails[2], users[2]);
        RecordingDevice[] devices = [one, sameUser, two, three];

        // What each user's scope was since a device last stood at a checkpoint; a device that was away lacks several steps.
        var allowed = devices.ToDictionary(device => device, _ => new HashSet<(EntityType Type, string Id)>());
        var owners = devices.ToDictionary(device => device, _ => false);
        for (var step = 0; step < Steps; step++)
        {
            await ConnectSomeAsync(devices, random);
            await AllowAsync();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                await office.ChangeAsync();
                await AllowAsync();
            }

            await server.RunAsync($"UPDATE users SET name = 'step {step}' WHERE id = '{marker}'");
            foreach (var device in devices.Where(device => device.IsConnected))
            {
                await device.ReadToMarkerAsync(marker, $"step {step}");
                Check(device, allowed[device], owners[device]);
                Assert.Equal(
                    (await PolicyScope.ReadAsync(server, device.UserId)).Order(), device.Rows.Keys.Order());
                device.Recording.Clear();
                allowed[device].Clear();
                owners[device] = false;
            }
        }

        async Task AllowAsync()
        {
            foreach (var device in devices)
            {
                // While a device is away nothing is sent: what it may be sent later is what is allowed then.
                if (!device.IsConnected)
                    continue;
                allowed[device].UnionWith(await PolicyScope.ReadAsync(server, device.UserId));
                owners[device] |= await server.ScalarAsync<string>($"SELECT role FROM users WHERE id = '{device.UserId}'") == "OWNER";
            }
        }
    }

    [Fact]
    public async Task The_check_of_the_recording_finds_a_row_outside_the_scope()
    {
        await using var server = await RunningServer.StartAsync();
        using var device = new RecordingDevice(server, "w@khscrm.com", Guid.CreateVersion7());
        var leak = new Change { Entity = new Entity { Customer = new Customer { Id = "1" } } };
        device.Recording.Add(new() { Delta = new Delta { Changes = { leak } } });
        Check(device, [(EntityType.Customer, "1")], wasOwner: false);

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(device, [], wasOwner: false));
    }

    private static async Task ConnectSomeAsync(RecordingDevice[] devices, Random random)
    {
        foreach (var device in devices)
        {
            if (!device.IsConnected && random.Next(2) == 0)
                await device.ConnectAsync();
            else if (device.IsConnected && random.Next(5) == 0)
                device.Disconnect();
        }

        if (devices.All(device => !device.IsConnected))
            await devices[0].ConnectAsync();
    }

    private static void Check(RecordingDevice device, HashSet<(EntityType Type, string Id)> allowed, bool wasOwner)
    {
        foreach (var change in device.Recording.SelectMany(message => message.Delta?.Changes ?? []))
        {
            if (change.Entity is not { } entity)
                continue;
            var kind = EntityKinds.Of(entity)!;
            Assert.Contains((kind.Type, kind.GetId(entity)), allowed);
            if (!wasOwner && entity.User is { } user && user.Id != $"{device.UserId}")
                Assert.Equal(("", null), (user.Email, user.LastLoginAt));
        }
    }
}
