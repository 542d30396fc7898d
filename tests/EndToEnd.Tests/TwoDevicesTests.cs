using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>The main job: a service and devices, each a process of its own with its own SQLite file.</summary>
public sealed class TwoDevicesTests
{
    [Fact]
    public async Task Devices_edit_offline_sync_and_hold_equal_states_and_a_third_gets_everything()
    {
        await using var service = await Service.StartAsync();
        using var phone = await service.SignInAsync();
        using var laptop = await service.SignInAsync();
        await phone.JsonAsync("sync");
        await laptop.JsonAsync("sync");
        await service.KillAsync();

        // Offline for sure: different rows, then different fields of one row.
        var customers = (await phone.JsonAsync("customers", "list"))["customers"]!.AsArray();
        var shared = (string)customers[0]!["id"]!;
        var added = (string)(await phone.JsonAsync("customers", "add", "--name", "Phone's", "--address", "1 A St"))["id"]!;
        var job = (string)(await laptop.JsonAsync("jobs", "add", "--customer", shared, "--title", "Laptop's"))["id"]!;
        await laptop.JsonAsync("materials", "add", job, "--item", "Nails", "--quantity", "2.5", "--unit", "box");
        await phone.JsonAsync("customers", "edit", shared, "--phone", "555-0100");
        await laptop.JsonAsync("customers", "edit", shared, "--notes", "Ring twice");

        await service.StartAgainAsync();
        await phone.JsonAsync("sync");
        await laptop.JsonAsync("sync");
        await phone.JsonAsync("sync");

        var state = await phone.StateAsync();
        Assert.Equal(state, await laptop.StateAsync());
        var merged = await laptop.JsonAsync("customers", "show", shared);
        Assert.Equal(("555-0100", "Ring twice"), ((string)merged["phone"]!, (string)merged["notes"]!));
        Assert.Contains(added, state, StringComparison.Ordinal);
        Assert.Contains("2.5", state, StringComparison.Ordinal);

        using var tablet = await service.SignInAsync();
        await tablet.JsonAsync("sync");
        Assert.Equal(state, await tablet.StateAsync());
        Assert.Equal(1, await service.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Phone''s'"));
    }

    [Fact]
    public async Task A_live_edit_reaches_a_watching_device()
    {
        await using var service = await Service.StartAsync();
        using var watching = await service.SignInAsync();
        using var editing = await service.SignInAsync();
        await using var watch = watching.Watch();
        await watch.WaitForLineAsync("live");
        await editing.JsonAsync("sync");

        await editing.JsonAsync("customers", "add", "--name", "Seen Live", "--address", "9 B St");
        await editing.JsonAsync("sync");

        await watch.WaitForLineAsync("Seen Live");
        await watch.SignalAsync("INT");
        Assert.Equal(0, await watch.WaitForExitAsync());
    }

    [Fact]
    public async Task A_late_commit_arrives_at_the_next_sync()
    {
        await using var service = await Service.StartAsync();
        using var device = await service.SignInAsync();
        await service.RunAsync("INSERT INTO customers (name, address) VALUES ('one', 'a'), ('two', 'a')");
        await device.JsonAsync("sync");

        var cancellation = TestContext.Current.CancellationToken;
        await using var late = await service.DataSource.OpenConnectionAsync(cancellation);
        await using var transaction = await late.BeginTransactionAsync(cancellation);
        await using (var command = late.CreateCommand())
        {
            command.CommandText = "UPDATE customers SET notes = 'late' WHERE name = 'one'";
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await service.RunAsync("UPDATE customers SET notes = 'early' WHERE name = 'two'");
        await device.JsonAsync("sync");
        Assert.Equal((null, "early"), (await NotesAsync(device, "one"), await NotesAsync(device, "two")));
        await transaction.CommitAsync(cancellation);
        await device.JsonAsync("sync");

        Assert.Equal("late", await NotesAsync(device, "one"));
    }

    [Fact]
    public async Task A_worker_sees_their_jobs_and_no_others()
    {
        await using var service = await Service.StartAsync();
        using var worker = await service.SignInAsync("worker1@khscrm.com", "worker-demo-1");
        await worker.JsonAsync("sync");

        var jobs = (await worker.JsonAsync("jobs", "list"))["jobs"]!.AsArray().Count;

        Assert.Equal(
            await service.ScalarAsync<long>(
                "SELECT count(*) FROM job_assignments a JOIN users u ON u.id = a.user_id WHERE u.email = 'worker1@khscrm.com'"),
            jobs);
        Assert.True(jobs < 5, "a worker who has every job proves nothing");
    }

    private static async Task<string?> NotesAsync(Device device, string name)
    {
        var customers = (await device.JsonAsync("customers", "list"))["customers"]!.AsArray();
        return (string?)customers.Single(customer => (string)customer!["name"]! == name)!["notes"];
    }
}
