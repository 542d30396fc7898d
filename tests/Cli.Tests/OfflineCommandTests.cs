using KhsCrm.Cli.Errors;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

public sealed class OfflineCommandTests
{
    [Fact]
    public async Task A_customer_a_job_and_its_checklist_are_kept_offline()
    {
        using var khs = new Khs();
        await khs.SignInAsync();
        var customer = await khs.JsonAsync("customers", "add", "--name", "Ada", "--address", "1 Main Street", "--phone", "5");
        var customerId = (string)customer["id"]!;
        await khs.JsonAsync("customers", "edit", customerId, "--phone", "", "--email", "ada@example.com");
        var job = await khs.JsonAsync("jobs", "add", "--customer", customerId, "--title", "Roof", "--start-date", "2026-05-31");
        var jobId = (string)job["id"]!;
        await khs.JsonAsync("jobs", "status", jobId, "in-progress");
        var material = await khs.JsonAsync("materials", "add", jobId, "--item", "Nails", "--quantity", "2.5", "--unit", "kg");
        await khs.JsonAsync("materials", "buy", (string)material["id"]!);
        await khs.JsonAsync("jobs", "assign", jobId, "Olga");

        var shown = await khs.JsonAsync("customers", "show", customerId);
        Assert.Null(shown["phone"]);
        Assert.Equal("ada@example.com", (string?)shown["email"]);
        var jobs = (await khs.JsonAsync("jobs", "list"))["jobs"]!.AsArray();
        Assert.Equal(("JOB_STATUS_IN_PROGRESS", 31), ((string?)jobs.Single()!["status"], (int)jobs.Single()!["start_date"]!["day"]!));
        var materials = (await khs.JsonAsync("materials", "list", jobId))["materials"]!.AsArray();
        Assert.Equal(("2.5", true), ((string?)materials.Single()!["quantity"], (bool)materials.Single()!["purchased"]!));
        Assert.Equal(5, (int)(await khs.JsonAsync("status"))["outbox"]!["unsent"]!);
        Assert.Contains("Workers    Olga", await khs.TextAsync("jobs", "show", jobId), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_one_json_document_with_the_names_of_the_api()
    {
        using var khs = new Khs();
        await khs.SignInAsync();
        Assert.Empty((await khs.JsonAsync("customers", "list"))["customers"]!.AsArray());
        await khs.JsonAsync("customers", "add", "--name", "Ada", "--address", "Here");

        var row = (await khs.JsonAsync("customers", "list"))["customers"]!.AsArray().Single()!;

        Assert.Equal(("Ada", false), ((string?)row["name"], (bool)row["is_archived"]!));
        Assert.NotNull(row["updated_at"]);
    }

    [Fact]
    public async Task An_id_is_known_by_a_beginning_that_only_one_row_has()
    {
        using var khs = new Khs();
        Customer[] rows =
        [
            new() { Id = "0190aaaa-0000-7000-8000-000000000001", Name = "Ada", Address = "Here" },
            new() { Id = "0190aaab-0000-7000-8000-000000000001", Name = "Bea", Address = "Here" },
        ];
        await khs.SignInAsync(Role.Owner, [.. rows.Select(row => new Entity { Customer = row })]);

        Assert.Equal("Bea", (string?)(await khs.JsonAsync("customers", "show", "0190aaab"))["name"]);
        await khs.AssertFailsAsync(ExitCode.Usage, "More than one customer begins with 0190aaa", "customers", "show", "0190aaa");
        await khs.AssertFailsAsync(ExitCode.Usage, "at least 4 characters", "customers", "show", "019");
        await khs.AssertFailsAsync(ExitCode.Failed, "There is no customer ffff on this device. See: khs customers list", "customers", "show", "ffff");
    }
}
