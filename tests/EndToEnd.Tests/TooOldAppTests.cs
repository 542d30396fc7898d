using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>A khs that is too old hands in its edits and says what it needs; an owner sees which versions are about.</summary>
public sealed class TooOldAppTests
{
    [Fact]
    public async Task It_hands_in_its_edits_receives_nothing_and_ends_with_a_code_of_its_own()
    {
        await using var service = await Service.StartAsync(("Clients__MinVersion__khs", "99.0"));
        using var phone = await service.SignInAsync();
        await phone.JsonAsync("customers", "add", "--name", "Handed in", "--address", "1 A St");

        var sync = await phone.RunAsync(["sync"]);
        var health = await phone.RunAsync(["health"]);

        Assert.Equal(6, sync.ExitCode);
        Assert.Contains("install version 99.0 or later", sync.Errors, StringComparison.Ordinal);
        Assert.Equal(1L, await service.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Handed in'"));
        Assert.Single((await phone.JsonAsync("customers", "list"))["customers"]!.AsArray());
        Assert.Matches("khs/[0-9.]+.* too old", health.Output);
    }
}
