using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs jobs</c>.</summary>
internal static class JobCommands
{
    public static Command Create(CommandRunner runner) =>
        new("jobs", "Jobs.") { List(runner), Show(runner), Add(runner), Edit(runner), Status(runner), Assign(runner) };

    public static Task<string> ResolveAsync(CommandContext context, string typed, CancellationToken cancellationToken) =>
        IdPrefix.ResolveAsync(typed, "job", context.Client.Jobs.FindIdsAsync, cancellationToken);

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "List the jobs, the last changed first.");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var rows = await Pages.AllAsync(
                (token, cancel) => context.Client.Jobs.ListAsync(new() { PageSize = Pages.Size, PageToken = token }, cancel),
                cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["jobs"] = Printer.ToJson(rows) });
            else if (rows.Count == 0)
                context.Printer.Line("No jobs on this device.");
            else
                context.Printer.Table(
                    ["ID", "Title", "Status", "Starts", "Ends"],
                    rows.Select(row => (IReadOnlyList<string>)
                        [row.Id, row.Title, Words.Status(row.Status), Words.Date(row.StartDate), Words.Date(row.EndDate)]));
        }));
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var id = Id();
        var command = new Command("show", "Show a job.") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await ResolveAsync(context, context.Require(id), cancellationToken);
            await PrintAsync(context, await context.Client.Jobs.GetAsync(resolved, cancellationToken), cancellationToken);
        }));
        return command;
    }

    private static Command Add(CommandRunner runner)
    {
        var fields = new JobFields(areRequired: true);
        var command = fields.AddTo(new Command("add", "Add a job."));
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var draft = new Job();
            await fields.SetAsync(context, draft, cancellationToken);
            await PrintAsync(context, await context.Client.Jobs.AddAsync(draft, cancellationToken), cancellationToken);
        }));
        return command;
    }

    private static Command Edit(CommandRunner runner)
    {
        var id = Id();
        var fields = new JobFields(areRequired: false);
        var command = fields.AddTo(new Command("edit", "Change a job. An empty value clears a field.") { id });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await ResolveAsync(context, context.Require(id), cancellationToken);
            var customer = await fields.CustomerAsync(context, cancellationToken);
            var row = await context.Client.Jobs.UpdateAsync(
                resolved, row => fields.Set(context, row, customer), cancellationToken: cancellationToken);
            await PrintAsync(context, row, cancellationToken);
        }));
        return command;
    }

    private static Command Status(CommandRunner runner)
    {
        var id = Id();
        var status = new Argument<string>("STATUS")
        {
            Description = "NOT_STARTED, IN_PROGRESS, WAITING_ON_MATERIALS, ON_HOLD or COMPLETED.",
        };
        var command = new Command("status", "Change where the work stands.") { id, status };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var to = Words.ParseStatus(context.Require(status));
            var resolved = await ResolveAsync(context, context.Require(id), cancellationToken);
            await PrintAsync(context, await context.Client.Jobs.ChangeStatusAsync(resolved, to, cancellationToken), cancellationToken);
        }));
        return command;
    }

    private static Command Assign(CommandRunner runner)
    {
        var id = Id();
        var user = new Argument<string>("USER") { Description = "The user's id, or the beginning of it, or their e-mail address or name." };
        var command = new Command("assign", "Put somebody on a job.") { id, user };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var jobId = await ResolveAsync(context, context.Require(id), cancellationToken);
            var userId = await UserLookup.ResolveAsync(context, context.Require(user), cancellationToken);
            var row = await context.Client.Assignments.AssignAsync(jobId, userId, cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(Printer.ToJson(row));
            context.Printer.Line("Assigned.");
        }));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The job, or the beginning of its id." };

    private static async Task PrintAsync(CommandContext context, Job row, CancellationToken cancellationToken)
    {
        if (context.Printer.IsJson)
        {
            context.Printer.Json(Printer.ToJson(row));
            return;
        }

        var customer = await context.Client.Customers.FindAsync(row.CustomerId, cancellationToken);
        var workers = new List<string>();
        foreach (var assignment in await context.Client.Assignments.ListByJobAsync(row.Id, cancellationToken))
            workers.Add((await context.Client.Users.FindAsync(assignment.UserId, cancellationToken))?.Name ?? assignment.UserId);
        context.Printer.Fields(
            ("ID", row.Id), ("Title", row.Title), ("Status", Words.Status(row.Status)),
            ("Customer", customer is null ? row.CustomerId : $"{customer.Name} ({customer.Id})"),
            ("Workers", string.Join(", ", workers)), ("Description", row.Description),
            ("Starts", Words.Date(row.StartDate)), ("Ends", Words.Date(row.EndDate)),
            ("Notes", row.Notes), ("Changed", Words.Time(row.UpdatedAt)));
    }
}
