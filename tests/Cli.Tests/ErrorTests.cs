using KhsCrm.Cli.Errors;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>What goes wrong is told in a line that says what to do next, and by the exit code.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("'khs' needs to know what to do: login, ", new string[0])]
    [InlineData("There is no 'khs nonsense'. There is: login, ", new[] { "nonsense" })]
    [InlineData("There is no 'khs customers paint'. There is: list, search, ", new[] { "customers", "paint" })]
    [InlineData("'khs customers add' needs --name NAME.", new[] { "customers", "add", "--address", "Here" })]
    [InlineData("'khs jobs status' needs STATUS.", new[] { "jobs", "status", "0190aaaa" })]
    [InlineData("Help: khs jobs status --help", new[] { "jobs", "status", "0190aaaa" })]
    [InlineData("is not a status: use not-started, ", new[] { "jobs", "status", "0190aaaa", "sleeping" })]
    [InlineData("is not a status: use not-started, ", new[] { "jobs", "list", "--status", "sleeping" })]
    [InlineData("is too short for an id", new[] { "customers", "show", "019" })]
    [InlineData("Say what to change: --name, ", new[] { "customers", "edit", "0190aaaa" })]
    [InlineData("Say what to change: --item, ", new[] { "materials", "edit", "0190aaaa" })]
    [InlineData("write it like 2026-05-31", new[] { "jobs", "add", "--customer", "0190aaaa", "--title", "T", "--start-date", "soon" })]
    [InlineData("leave --json or --watch out", new[] { "sync", "--watch", "--json" })]
    public async Task A_command_line_that_is_not_understood_ends_with_2(string sentence, string[] args)
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, new Entity { Customer = new() { Id = "0190aaaa-0000-7000-8000-000000000001", Name = "Ada", Address = "A" } });
        await khs.AssertFailsAsync(ExitCode.Usage, sentence, args);
    }

    [Theory]
    [InlineData("customers", "list")]
    [InlineData("customers", "search", "a")]
    [InlineData("jobs", "list")]
    [InlineData("jobs", "list", "--mine")]
    [InlineData("outbox", "retry", "0190aaaa-0000-7000-8000-000000000001")]
    [InlineData("sync")]
    [InlineData("sync", "--watch")]
    public async Task Who_is_not_signed_in_is_told_to_sign_in(params string[] args)
    {
        using var khs = new Khs();
        await khs.AssertFailsAsync(ExitCode.NotSignedIn, "Nobody is signed in on this device. Next: khs login EMAIL", args);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_ends_with_5()
    {
        using var khs = new Khs();
        await khs.AssertFailsAsync(ExitCode.Usage, "No server is known yet: use --server", "login", "a@b.c", "--password-stdin");
        await khs.AssertFailsAsync(
            ExitCode.Failed, "'nowhere' is not a server address", "--server", "nowhere", "login", "a@b.c", "--password-stdin");
        await khs.SignInAsync();
        await khs.AssertFailsAsync(ExitCode.ServerUnreachable, "http://127.0.0.1:1 cannot be reached: ", "sync");
        await khs.AssertFailsAsync(ExitCode.ServerUnreachable, "cannot be reached", "login", "a@b.c", "--password-stdin");
        await khs.AssertFailsAsync(ExitCode.Usage, "--password-stdin", "login", "a@b.c");
    }

    [Fact]
    public async Task What_a_worker_may_not_do_and_what_breaks_a_rule_is_refused_at_once()
    {
        using var khs = new Khs();
        await khs.SignInAsync(
            Role.Worker, new Entity { Job = new() { Id = "0190aaaa-0000-7000-8000-000000000001", Title = "Roof", Status = JobStatus.NotStarted } });
        await khs.AssertFailsAsync(
            ExitCode.Failed, "A worker may not add a customer (NOT_PERMITTED). Ask an owner.", "customers", "add", "--name", "A", "--address", "B");
        await khs.AssertFailsAsync(
            ExitCode.Failed, "Roof is not-started and cannot become completed; it can become in-progress or waiting-on-materials or on-hold",
            "jobs", "status", "0190aaaa", "completed");
        await khs.AssertFailsAsync(ExitCode.Failed, "uantity", "materials", "add", "0190aaaa", "--item", "Nails", "--quantity", "-1");
        await khs.AssertFailsAsync(ExitCode.Failed, "There is no user Bob on this device", "jobs", "assign", "0190aaaa", "Bob");
        Assert.Contains("Nothing waits", await khs.TextAsync("outbox", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_one_is_told()
    {
        using var khs = new Khs();
        var file = typeof(ErrorTests).Assembly.Location;
        await khs.AssertFailsAsync(ExitCode.Failed, "give another folder with --data DIR.", "--data", file, "status");
    }

    [Fact]
    public async Task An_error_is_json_too()
    {
        using var khs = new Khs();
        var answer = await khs.RunAsync("customers", "list", "--json");
        Assert.Equal((ExitCode.NotSignedIn, ""), (answer.ExitCode, answer.Output));
        Assert.Equal("NOT_SIGNED_IN", (string?)System.Text.Json.Nodes.JsonNode.Parse(answer.Error)!["error"]!["reason"]);
        answer = await khs.RunAsync("jobs", "frobnicate", "--json");
        Assert.Equal("USAGE", (string?)System.Text.Json.Nodes.JsonNode.Parse(answer.Error)!["error"]!["reason"]);
    }

    [Fact]
    public async Task A_job_is_deleted_only_when_somebody_says_yes()
    {
        using var khs = new Khs();
        await khs.SignInAsync(
            Role.Owner, new Entity { Job = new() { Id = "0190aaaa-0000-7000-8000-000000000001", Title = "Roof", Status = JobStatus.NotStarted } });

        await khs.AssertFailsAsync(ExitCode.Usage, "use --yes", "jobs", "delete", "0190aaaa");

        Assert.Contains("Roof", await khs.TextAsync("jobs", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_is_told_as_what_it_is()
    {
        using var khs = new Khs { Output = new FullDisk() };
        await khs.SignInAsync();

        await khs.AssertFailsAsync(ExitCode.Failed, "The answer could not be written: No space left on device.", "status");
    }

    private sealed class FullDisk : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
