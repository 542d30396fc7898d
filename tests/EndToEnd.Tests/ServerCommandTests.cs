using KhsCrm.EndToEnd.Tests.Kit;
using KhsCrm.TestKit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>The commands of an operator: what they need, and what they say when they cannot.</summary>
public sealed class ServerCommandTests
{
    private const string Variable = "ConnectionStrings__KhsCrm";

    [Fact]
    public async Task The_database_comes_from_the_environment_so_no_password_is_in_the_list_of_processes()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(TestContext.Current.CancellationToken);

        var migrate = await RunAsync(["migrate"], null, (Variable, database.ConnectionString));
        var set = await RunAsync(["set-password", "owner@khscrm.com"], "a new password", (Variable, database.ConnectionString));
        var unknown = await RunAsync(["set-password", "nobody@khscrm.com"], "a new password", (Variable, database.ConnectionString));
        var nowhere = await RunAsync(["migrate"], null, (Variable, ""));
        var away = await RunAsync(["migrate"], null, (Variable, "Host=127.0.0.1;Port=1;Username=nobody;Password=secret"));

        Assert.Equal((0, "The schema is up to date."), (migrate.ExitCode, migrate.Output.Trim().Split('\n')[^1]));
        Assert.Equal((0, ""), (set.ExitCode, set.Errors.Trim()));
        Assert.Equal((1, "error: There is no user nobody@khscrm.com."), (unknown.ExitCode, unknown.Errors.Trim()));
        Assert.NotEqual(0, nowhere.ExitCode);
        Assert.Contains($"set {Variable}", nowhere.Errors, StringComparison.Ordinal);
        Assert.Equal(1, away.ExitCode);
        Assert.StartsWith("error: PostgreSQL: Failed to connect to 127.0.0.1:1.", away.Errors, StringComparison.Ordinal);
        Assert.Single(away.Errors.Trim().Split('\n'));
        Assert.DoesNotContain("secret", away.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_refuses_a_database_that_is_not_migrated_and_migrate_shows_and_tells_what_it_does()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(TestContext.Current.CancellationToken);
        (string, string)[] environment = [(Variable, database.ConnectionString), ("Auth__SigningKeys__0", new string('k', 32))];

        var refused = await RunAsync([], null, environment);
        var plan = await RunAsync(["migrate", "--plan"], null, environment);
        var migrate = await RunAsync(["migrate", "--lock-timeout", "00:00:01"], null, environment);
        var again = await RunAsync(["migrate", "--plan"], null, environment);

        Assert.Equal(
            (1, "error: the database lacks the migration 20261122221154_V1InitialSchema: run migrate."),
            (refused.ExitCode, refused.Errors.Trim()));
        Assert.Contains("CREATE TABLE customers", plan.Output, StringComparison.Ordinal);
        Assert.Equal(4, migrate.Output.Split('\n').Count(line => line.Contains(" applied in ", StringComparison.Ordinal)));
        Assert.Equal((0, "-- The schema is up to date."), (again.ExitCode, again.Output.Trim()));
    }

    [Fact]
    public async Task An_address_in_use_is_told_in_a_line()
    {
        await using var service = await Service.StartAsync();

        await using var second = ChildProcess.Start(
            "KhsCrm.Development.dll", ["--port", $"{new Uri(service.Url).Port}", "--connection", service.ConnectionString]);

        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Matches("^error: .*address already in use. End what listens there, or choose another address with --port.$", second.Errors.Trim());
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", second.Output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string[] arguments, string? input, params (string, string)[] environment)
    {
        await using var process = ChildProcess.Start("KhsCrm.SyncServer.dll", arguments, input, environment);
        var exitCode = await process.WaitForExitAsync();
        return (exitCode, process.Output, process.Errors);
    }
}
