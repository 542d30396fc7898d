using System.Globalization;
using System.Text.Json.Nodes;
using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>What a person at a terminal decides: conflicts, the server's queue, who uses the device.</summary>
public sealed class OwnerTests
{
    [Fact]
    public async Task What_was_overwritten_is_told_once_and_can_be_had_back()
    {
        await using var service = await Service.StartAsync();
        using var phone = await service.SignInAsync();
        using var laptop = await service.SignInAsync();
        await phone.JsonAsync("sync");
        await laptop.JsonAsync("sync");
        var customer = (string)(await phone.JsonAsync("customers", "list"))["customers"]![0]!["id"]!;
        await phone.JsonAsync("customers", "edit", customer, "--phone", "555-0111");
        await laptop.JsonAsync("customers", "edit", customer, "--phone", "555-0222");
        await phone.JsonAsync("sync");

        var merging = await laptop.RunAsync(["sync"]);
        var later = await laptop.RunAsync(["sync"]);

        Assert.Equal((4, 4), (merging.ExitCode, later.ExitCode));
        Assert.Contains("phone was 555-0111 and is 555-0222", merging.Errors, StringComparison.Ordinal);
        Assert.Equal("1 conflict waits for you. Next: khs conflicts list", later.Errors.Trim());
        var conflict = (await laptop.JsonAsync("conflicts", "list"))["conflicts"]!.AsArray().Single()!;
        Assert.Equal("555-0111", (string)conflict["theirs"]!["customer"]!["phone"]!);

        await laptop.JsonAsync("conflicts", "keep-theirs", (string)conflict["operation"]!["id"]!);
        await laptop.JsonAsync("sync");
        await phone.JsonAsync("sync");

        Assert.Empty((await laptop.JsonAsync("conflicts", "list"))["conflicts"]!.AsArray());
        Assert.Equal("555-0111", (string)(await phone.JsonAsync("customers", "show", customer))["phone"]!);
        Assert.Equal("555-0111", (string)(await laptop.JsonAsync("customers", "show", customer))["phone"]!);
    }

    [Fact]
    public async Task The_owner_sees_the_servers_queue_and_health_and_a_worker_does_not()
    {
        await using var service = await Service.StartAsync();
        using var owner = await service.SignInAsync();
        using var worker = await service.SignInAsync("worker1@khscrm.com", "worker-demo-1");
        await owner.JsonAsync("customers", "add", "--name", "Queued", "--address", "1 A St");

        // Somebody else on this device would send John's edit as their own.
        var other = await owner.RunAsync(
            ["login", "worker1@khscrm.com", "--password-stdin", "--server", service.Url], input: "worker-demo-1");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("1 edit of John Smith that is not on the server", other.Errors, StringComparison.Ordinal);

        await owner.JsonAsync("sync");
        var items = (await owner.JsonAsync("queue", "--status", "completed"))["items"]!.AsArray();
        Assert.Equal(("create", "customer", 1), ((string)items[0]!["operation"]!, (string)items[0]!["entity_type"]!, items.Count));
        Assert.Contains("create customer Queued", (await owner.RunAsync(["queue"])).Output, StringComparison.Ordinal);
        Assert.Empty((await worker.JsonAsync("queue"))["items"]!.AsArray());

        JsonNode health = await owner.JsonAsync("health");
        Assert.Equal("SYNC_QUEUE_STATUS_COMPLETED", (string)health["sync_status"]!["queue"]!.AsArray().Single(one => Number(one!["count"]) > 0)!["status"]!);
        Assert.True(Number(health["database_health"]!["size_bytes"]) > 0);
        Assert.Contains("PostgreSQL", (await owner.RunAsync(["health"])).Output, StringComparison.Ordinal);
        var refused = await worker.RunAsync(["health"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("NOT_PERMITTED", refused.Errors, StringComparison.Ordinal);

        await service.KillAsync();
        Assert.Equal(5, (await owner.RunAsync(["queue"])).ExitCode);
    }

    // The JSON of protobuf writes 64 bits as text, and leaves a zero out.
    private static long Number(JsonNode? node) => long.Parse((string?)node ?? "0", CultureInfo.InvariantCulture);
}
