using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>What goes wrong for a person at a terminal is told in a sentence.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task A_wrong_password_an_unknown_server_and_a_device_nobody_signed_in_on()
    {
        await using var service = await Service.StartAsync();
        using var device = new Device();

        var wrong = await device.RunAsync(["login", "owner@khscrm.com", "--password-stdin", "--server", service.Url], "wrong");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("he e-mail address or the password is wrong", wrong.Errors, StringComparison.Ordinal);

        var unknown = await device.RunAsync(["login", "owner@khscrm.com", "--password-stdin", "--server", "http://127.0.0.1:1"], "x");
        Assert.Equal(5, unknown.ExitCode);
        Assert.Contains("127.0.0.1:1", unknown.Errors, StringComparison.Ordinal);

        Assert.Equal(3, (await device.RunAsync(["sync"])).ExitCode);
        Assert.Equal(3, (await device.RunAsync(["customers", "list"])).ExitCode);
        Assert.Equal(2, (await device.RunAsync(["customers", "paint"])).ExitCode);
    }

    [Fact]
    public async Task An_edit_that_the_server_refuses_stays_on_the_device_with_its_reason()
    {
        await using var service = await Service.StartAsync();
        using var device = await service.SignInAsync();
        await device.JsonAsync("sync");
        var customer = (string)(await device.JsonAsync("customers", "add", "--name", "Gone", "--address", "1 A St"))["id"]!;
        await device.JsonAsync("sync");
        await service.RunAsync($"DELETE FROM customers WHERE id = '{customer}'");
        await device.JsonAsync("customers", "add", "--name", "Good", "--address", "2 A St");
        await device.JsonAsync("jobs", "add", "--customer", customer, "--title", "Orphan");

        var sync = await device.RunAsync(["sync"]);

        Assert.Equal(4, sync.ExitCode);
        Assert.Contains("customer_id", sync.Errors, StringComparison.Ordinal);
        Assert.Equal(1, await service.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Good'"));
        Assert.Contains("Orphan", (await device.RunAsync(["outbox", "list"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_killed_while_a_device_pushes_loses_and_doubles_nothing()
    {
        await using var service = await Service.StartAsync();
        using var device = await service.SignInAsync();
        await device.JsonAsync("sync");
        for (var i = 0; i < 5; i++)
            await device.JsonAsync("customers", "add", "--name", $"Kept {i}", "--address", "1 A St");

        var push = device.RunAsync(["sync"]);
        await service.KillAsync();
        await push;
        await service.StartAgainAsync();
        await device.JsonAsync("sync");

        Assert.Equal(5, await service.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name LIKE 'Kept %'"));
    }
}
