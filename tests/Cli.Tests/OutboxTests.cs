using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using KhsCrm.Cli.Errors;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>Edits that wait, were rejected, or met somebody else's.</summary>
public sealed class OutboxTests
{
    [Fact]
    public async Task An_edit_that_waits_on_the_server_shows_in_the_status()
    {
        using var khs = new Khs();
        await khs.SignInAsync();
        await khs.JsonAsync("customers", "add", "--name", "Ada", "--address", "Here");
        await khs.AnswerAsync(new OperationResult { ClientSeq = 1, Outcome = OperationOutcome.Deferred });

        Assert.Contains("1 edit waits on the server for another row", await khs.TextAsync("status"), StringComparison.Ordinal);
        Assert.Equal(1, (int)(await khs.JsonAsync("status"))["outbox"]!["deferred"]!);
    }

    private const string Ada = "0190aaaa-0000-7000-8000-000000000001";

    private static readonly Entity Row = new() { Customer = new() { Id = Ada, Name = "Ada", Phone = "555-0100", Address = "12 Mill Lane" } };

    [Fact]
    public async Task The_list_says_what_each_edit_does_to_which_row()
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, Row);
        await khs.TextAsync("customers", "edit", Ada, "--phone", "555-0199");
        await khs.TextAsync("jobs", "add", "--customer", Ada, "--title", "Roof");

        var list = await khs.TextAsync("outbox", "list");

        Assert.Contains("queued  change customer Ada: phone to 555-0199", list, StringComparison.Ordinal);
        Assert.Contains("queued  add job Roof", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reason_that_is_its_one_violation_is_said_once()
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, Row);
        await khs.TextAsync("customers", "edit", Ada, "--phone", "555-0199");
        var result = Rejected("REFERENCE_NOT_FOUND", "phone is nobody's");
        result.Status.Details.Add(Any.Pack(new BadRequest
        {
            FieldViolations = { new BadRequest.Types.FieldViolation { Field = "phone", Description = "is nobody's" } },
        }));
        await khs.AnswerAsync(result);

        Assert.Contains("  Phone is nobody's (REFERENCE_NOT_FOUND).", (await khs.RunAsync("outbox", "failed")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_discarded_edit_is_undone()
    {
        using var khs = new Khs();
        await khs.SignInAsync();
        await khs.JsonAsync("customers", "add", "--name", "Ada", "--address", "Here");
        var id = (string)(await khs.JsonAsync("outbox", "list"))["operations"]![0]!["operation"]!["id"]!;

        Assert.Equal("Given up: add customer Ada." + Environment.NewLine, await khs.TextAsync("outbox", "discard", id));

        Assert.Empty((await khs.JsonAsync("customers", "list"))["customers"]!.AsArray());
    }

    [Fact]
    public async Task A_rejected_edit_is_listed_with_its_reason_and_waits_with_exit_code_4()
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, Row);
        await khs.TextAsync("customers", "edit", Ada, "--phone", "555-0199");
        await khs.AnswerAsync(Rejected("ROW_DELETED", "the customer was deleted"));

        var failed = await khs.RunAsync("outbox", "failed");
        var status = await khs.RunAsync("status");

        Assert.Contains("change customer Ada: phone to 555-0199  The customer was deleted (ROW_DELETED).", failed.Output, StringComparison.Ordinal);
        Assert.Contains("khs outbox retry ID", failed.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.OperationsWait, status.ExitCode);
        Assert.Contains("Rejected     1 edit. Next: khs outbox failed", status.Output, StringComparison.Ordinal);
        var id = (string)(await khs.JsonAsync("outbox", "failed"))["operations"]![0]!["operation"]!["id"]!;

        Assert.Contains("Next: khs sync", await khs.TextAsync("outbox", "retry", id), StringComparison.Ordinal);

        Assert.Equal(1, (int)(await khs.JsonAsync("status"))["outbox"]!["unsent"]!);
    }

    [Fact]
    public async Task A_conflict_shows_the_row_and_both_values()
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, Row);
        await khs.TextAsync("customers", "edit", Ada, "--phone", "555-0199");
        var result = Rejected("CONFLICT", "somebody else changed it");
        result.ConflictingFields.Add("phone");
        result.Entity = new() { Customer = new() { Id = Ada, Name = "Ada", Phone = "555-0777", Address = "12 Mill Lane" } };
        await khs.AnswerAsync(result);

        Assert.Matches("customer Ada  phone +555-0199  555-0777  theirs", await khs.TextAsync("conflicts", "list"));
        Assert.Matches("customer Ada  phone +555-0199  555-0777  theirs", await khs.TextAsync("outbox", "list"));
        var conflict = (await khs.JsonAsync("conflicts", "list"))["conflicts"]![0]!;
        Assert.Equal(
            ("REJECTED", "555-0199", "555-0777"),
            ((string?)conflict["state"], (string?)conflict["operation"]!["entity"]!["customer"]!["phone"], (string?)conflict["theirs"]!["customer"]!["phone"]));
    }

    [Fact]
    public async Task What_was_overwritten_is_listed_and_waits_with_exit_code_4()
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, Row);
        await khs.TextAsync("customers", "edit", Ada, "--phone", "555-0199");
        await khs.AnswerAsync(new()
        {
            Outcome = OperationOutcome.Merged,
            ConflictingFields = { "phone" },
            Overwritten = new() { Customer = new() { Id = Ada, Phone = "555-0777" } },
        });

        Assert.Matches("customer Ada  phone +555-0199  555-0777  mine", await khs.TextAsync("conflicts", "list"));
        var status = await khs.RunAsync("status");
        Assert.Equal(ExitCode.OperationsWait, status.ExitCode);
        Assert.Contains("Conflicts    1. Next: khs conflicts list", status.Output, StringComparison.Ordinal);
        var conflict = (await khs.JsonAsync("conflicts", "list"))["conflicts"]![0]!;
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", (string?)conflict["queued_at"]);

        await khs.TextAsync("conflicts", "keep-mine", (string)conflict["operation"]!["id"]!);

        Assert.Equal(ExitCode.Ok, (await khs.RunAsync("status")).ExitCode);
    }

    private static OperationResult Rejected(string reason, string message) => new()
    {
        Outcome = OperationOutcome.Rejected,
        Status = new() { Code = 9, Message = message, Details = { Any.Pack(new ErrorInfo { Reason = reason, Domain = "khscrm.com" }) } },
    };
}
