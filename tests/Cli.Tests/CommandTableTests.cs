using System.Globalization;
using KhsCrm.Cli.Errors;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>Every command that works offline: what it prints for people, and that its JSON is one document.</summary>
public sealed class CommandTableTests
{
    private const string Customer = "0190aaaa-0000-7000-8000-000000000001";
    private const string Job = "0190bbbb-0000-7000-8000-000000000001";
    private const string Material = "0190cccc-0000-7000-8000-000000000001";
    private const string Bob = "0190dddd-0000-7000-8000-000000000001";

    private static readonly Entity[] Rows =
    [
        new() { User = new() { Id = Bob, Name = "Bob", Email = "bob@example.com", Role = Role.Worker, IsActive = true } },
        new() { Customer = new() { Id = Customer, Name = "Ada", Phone = "555-0100", Address = "12 Mill Lane" } },
        new() { Customer = new() { Id = "0190aaab-0000-7000-8000-000000000001", Name = "Bea", Address = "Old", IsArchived = true } },
        new() { Job = new() { Id = Job, Title = "Roof", CustomerId = Customer, Status = JobStatus.NotStarted, StartDate = new() { Year = 2026, Month = 5, Day = 31 } } },
        new() { Job = new() { Id = "0190bbbc-0000-7000-8000-000000000001", Title = "Deck", CustomerId = Customer, Status = JobStatus.OnHold } },
        new() { JobAssignment = new() { Id = "0190eeee-0000-7000-8000-000000000001", JobId = Job, UserId = Bob } },
        new() { JobAssignment = new() { Id = "0190eeef-0000-7000-8000-000000000001", JobId = Job, UserId = Khs.UserId } },
        new() { Material = new() { Id = Material, JobId = Job, ItemName = "Nails", Quantity = "2.5", Unit = "kg" } },
    ];

    /// <summary>A command line, with {} for an empty word; what a person must see; what must not be there; a path into the JSON and its value.</summary>
    public static TheoryData<string, string, string, string, string> Commands => new()
    {
        { "status", "Signed in    Olga (owner)", "khs login", "user.role", "ROLE_OWNER" },
        { "customers list", "Ada   555-0100  12 Mill Lane", "Bea", "customers.0.phone", "555-0100" },
        { "customers list --archived", "Bea", "Ada", "customers.0.is_archived", "true" },
        { "customers search mill", "Ada", "Bea", "customers.0.id", Customer },
        { "customers search nobody", "No customer matches 'nobody'.", "Ada", "customers", "[]" },
        { "customers show 0190aaaa", "Address  12 Mill Lane", "Archived", "address", "12 Mill Lane" },
        { "customers add --name Eve --address There", "Name     Eve", "Phone", "name", "Eve" },
        { "customers edit 0190aaaa --phone {} --notes Ring", "Notes    Ring", "555", "notes", "Ring" },
        { "customers archive 0190aaaa", $"Ada is archived. Undo: khs customers restore {Customer}", "Bea", "is_archived", "true" },
        { "customers restore 0190aaab", "Bea is on the lists again.", "Ada", "is_archived", "false" },
        { "jobs list", "Roof   not-started  2026-05-31", "JOB_STATUS", "jobs.1.status", "JOB_STATUS_NOT_STARTED" },
        { "jobs list --status ON_HOLD", "Deck", "Roof", "jobs.0.title", "Deck" },
        { "jobs list --mine", "Your jobs to do, by day:", "Deck", "assigned_jobs.0.job.title", "Roof" },
        { "jobs list --mine --status completed", "You have nothing to do on this device. All jobs: khs jobs list", "Roof", "assigned_jobs", "[]" },
        { "jobs show 0190bbbb", "Address    12 Mill Lane", "Ends", "title", "Roof" },
        { "jobs show 0190bbbb", "Phone      555-0100", "Ends", "title", "Roof" },
        { "jobs show 0190bbbb", "Workers    Bob, Olga", "Ends", "customer_id", Customer },
        { "jobs add --customer 0190aaaa --title Fence --end-date 2026-06-01", "Customer  Ada (0190aaaa", "Starts", "end_date.month", "6" },
        { "jobs edit 0190bbbb --start-date= --title Roofs", "Roofs", "Starts", "title", "Roofs" },
        { "jobs status 0190bbbb in-progress", "Roof is in-progress.", "not-started", "status", "JOB_STATUS_IN_PROGRESS" },
        { "jobs assign 0190bbbc bob@example.com", "Bob is assigned to Deck.", "Roof", "user_id", Bob },
        { "jobs unassign 0190bbbb Bob", "Bob is no longer assigned to Roof.", "Deck", "entity_type", "ENTITY_TYPE_JOB_ASSIGNMENT" },
        { "jobs delete 0190bbbb --yes", "Roof is deleted here. Until the next sync it can be undone", "Deck", "entity_id", Job },
        { "materials list 0190bbbb", "Nails       2.5  kg    no", "Removed", "materials.0.quantity", "2.5" },
        { "materials list 0190bbbc", "The checklist is empty. Next: khs materials add", "Nails", "materials", "[]" },
        { "materials list", "To buy across jobs, the oldest first:", "Removed", "materials.0.item_name", "Nails" },
        { "materials list 0190bbbb --open --limit 1", "Nails", "Removed", "materials.0.item_name", "Nails" },
        { "materials add 0190bbbb --item Felt", "Quantity  1 each", "kg", "item_name", "Felt" },
        { "materials edit 0190cccc --quantity 3", "Quantity  3 kg", "2.5", "quantity", "3" },
        { "materials buy 0190cccc", "2.5 kg Nails: bought.", "to be", "purchased", "true" },
        { "materials unbuy 0190cccc", "2.5 kg Nails: to be bought.", ": bought", "purchased", "false" },
        { "materials remove 0190cccc", "Nails is off the checklist.", "kg", "is_deleted", "true" },
        { "outbox list", "Nothing waits: every edit is on the server.", "ID", "operations", "[]" },
        { "outbox failed", "No edit was rejected.", "ID", "operations", "[]" },
        { "conflicts list", "No conflicts.", "ID", "conflicts", "[]" },
        { "outbox", "Nothing waits: every edit is on the server.", "ID", "operations", "[]" },
        { "conflicts", "No conflicts.", "ID", "conflicts", "[]" },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task It_prints_for_people_and_as_json(string line, string seen, string unseen, string path, string value)
    {
        var args = line.Split(' ').Select(word => word == "{}" ? "" : word).ToArray();
        using var reader = new Khs();
        await reader.SignInAsync(Role.Owner, Rows);
        var text = await reader.TextAsync(args);
        Assert.Contains(seen, text, StringComparison.Ordinal);
        Assert.DoesNotContain(unseen, text, StringComparison.Ordinal);

        using var program = new Khs();
        await program.SignInAsync(Role.Owner, Rows);
        var node = await program.JsonAsync(args);
        foreach (var step in path.Split('.'))
            node = int.TryParse(step, CultureInfo.InvariantCulture, out var index) ? node[index]! : node[step]!;
        Assert.Equal(value, node.ToString());
    }

    [Fact]
    public async Task Logout_says_what_stays_unsent()
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, Rows);
        await khs.TextAsync("materials", "buy", Material);

        var answer = await khs.RunAsync("logout");

        Assert.Equal((ExitCode.Ok, "Olga is signed out." + Environment.NewLine), (answer.ExitCode, answer.Output));
        Assert.Contains("1 edit stays here, not sent, until olga@example.com signs in again", answer.Error, StringComparison.Ordinal);
        await khs.AssertFailsAsync(ExitCode.NotSignedIn, "Nobody is signed in", "customers", "list");
    }
}
