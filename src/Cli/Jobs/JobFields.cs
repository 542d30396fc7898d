using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Ids;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Jobs;

/// <summary>The options for the fields of a job.</summary>
internal sealed class JobFields(bool areRequired) : FieldOptions
{
    private readonly Option<string> _customer = new("--customer") { Description = "The customer.", HelpName = "ID", Required = areRequired };
    private readonly Option<string> _title = new("--title") { Description = "The job's title.", HelpName = "TITLE", Required = areRequired };
    private readonly Option<string> _description = new("--description") { Description = "A description of the work.", HelpName = "TEXT" };
    private readonly Option<string> _start = new("--start-date") { Description = "The first day of work, like 2026-05-31.", HelpName = "DAY" };
    private readonly Option<string> _end = new("--end-date") { Description = "The last day of work.", HelpName = "DAY" };
    private readonly Option<string> _notes = new("--notes") { Description = "Free text.", HelpName = "TEXT" };

    protected override IReadOnlyList<Option> All => [_customer, _title, _description, _start, _end, _notes];

    /// <summary>The customer that was named; null when none was.</summary>
    public async Task<string?> CustomerAsync(CommandContext context, CancellationToken cancellationToken) =>
        context.Has(_customer)
            ? await RowIds.CustomerAsync(context, context.Get(_customer)!, cancellationToken)
            : null;

    public void Set(CommandContext context, Job row, string? customerId)
    {
        if (customerId is not null)
            row.CustomerId = customerId;
        if (context.Has(_title))
            row.Title = context.Get(_title);
        if (context.Has(_start))
            row.StartDate = Words.ParseDate("--start-date", context.Get(_start));
        if (context.Has(_end))
            row.EndDate = Words.ParseDate("--end-date", context.Get(_end));
        SetOptional(context, _description, value => row.Description = value, row.ClearDescription);
        SetOptional(context, _notes, value => row.Notes = value, row.ClearNotes);
    }
}
