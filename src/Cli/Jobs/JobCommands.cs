using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Jobs;

/// <summary><c>khs jobs</c>.</summary>
internal static class JobCommands
{
    public static Command Create(CommandRunner runner) => new("jobs", "The jobs on this device.")
    {
        JobLists.List(runner),
        JobLists.Show(runner),
        JobEdits.Add(runner),
        JobEdits.Edit(runner),
        JobEdits.Status(runner),
        JobAssignments.Assign(runner),
        JobAssignments.Unassign(runner),
        JobEdits.Delete(runner),
    };

    public static Argument<string> Id(string name = "ID") => new(name) { Description = "The job, or the beginning of its id." };

    public static async Task PrintAsync(CommandContext context, Job row, CancellationToken cancellationToken)
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
        var materials = await context.Client.Materials.ListAsync(row.Id, cancellationToken: cancellationToken);
        context.Printer.Fields(
            ("ID", row.Id), ("Title", row.Title), ("Status", Words.StatusCell(row.Status)),
            ("Customer", customer is null ? row.CustomerId : $"{customer.Name} ({customer.Id})"),
            ("Address", customer?.Address ?? ""), ("Phone", customer?.Phone ?? ""),
            ("Workers", string.Join(", ", workers)), ("Description", row.Description),
            ("Starts", Words.Date(row.StartDate)), ("Ends", Words.Date(row.EndDate)),
            ("Materials", materials.Count == 0 ? "" : $"{materials.Count(material => material.Purchased)} of {materials.Count} bought"),
            ("Notes", row.Notes), ("Changed", Words.Time(row.UpdatedAt)));
    }
}
