using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs materials</c>.</summary>
internal static class MaterialCommands
{
    public static Command Create(CommandRunner runner) =>
        new("materials", "The materials checklists of jobs.")
        {
            List(runner), Add(runner), Edit(runner),
            Purchase(runner, "buy", "Mark a material as bought.", isPurchased: true),
            Purchase(runner, "unbuy", "Mark a material as not bought.", isPurchased: false),
        };

    private static Command List(CommandRunner runner)
    {
        var job = new Argument<string>("JOB") { Description = "The job, or the beginning of its id." };
        var command = new Command("list", "List the checklist of a job, what is to be bought first.") { job };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var jobId = await JobCommands.ResolveAsync(context, context.Require(job), cancellationToken);
            var rows = await context.Client.Materials.ListAsync(jobId, cancellationToken: cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["materials"] = Printer.ToJson(rows) });
            else if (rows.Count == 0)
                context.Printer.Line("The checklist is empty.");
            else
                context.Printer.Table(
                    ["ID", "Bought", "Quantity", "Unit", "Item"],
                    rows.Select(row => (IReadOnlyList<string>)
                        [row.Id, row.Purchased ? "yes" : "", row.Quantity, row.Unit, row.ItemName]));
        }));
        return command;
    }

    private static Command Add(CommandRunner runner)
    {
        var job = new Argument<string>("JOB") { Description = "The job, or the beginning of its id." };
        var fields = new MaterialFields(isItemRequired: true);
        var command = fields.AddTo(new Command("add", "Add a material to the checklist of a job.") { job });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var draft = new Material { JobId = await JobCommands.ResolveAsync(context, context.Require(job), cancellationToken) };
            fields.Set(context, draft);
            Print(context.Printer, await context.Client.Materials.AddAsync(draft, cancellationToken));
        }));
        return command;
    }

    private static Command Edit(CommandRunner runner)
    {
        var id = Id();
        var fields = new MaterialFields(isItemRequired: false);
        var command = fields.AddTo(new Command("edit", "Change a material. An empty value clears a field.") { id });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await ResolveAsync(context, context.Require(id), cancellationToken);
            Print(context.Printer, await context.Client.Materials.UpdateAsync(
                resolved, row => fields.Set(context, row), cancellationToken: cancellationToken));
        }));
        return command;
    }

    private static Command Purchase(CommandRunner runner, string name, string description, bool isPurchased)
    {
        var id = Id();
        var command = new Command(name, description) { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await ResolveAsync(context, context.Require(id), cancellationToken);
            Print(context.Printer, await context.Client.Materials.UpdateAsync(
                resolved, row => row.Purchased = isPurchased, cancellationToken: cancellationToken));
        }));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The material, or the beginning of its id." };

    private static Task<string> ResolveAsync(CommandContext context, string typed, CancellationToken cancellationToken) =>
        IdPrefix.ResolveAsync(typed, "material", context.Client.Materials.FindIdsAsync, cancellationToken);

    private static void Print(Printer printer, Material row)
    {
        if (printer.IsJson)
            printer.Json(Printer.ToJson(row));
        printer.Fields(
            ("ID", row.Id), ("Item", row.ItemName), ("Quantity", $"{row.Quantity} {row.Unit}"),
            ("Bought", row.Purchased ? Words.Time(row.PurchasedAt) : "no"), ("Notes", row.Notes));
    }

    private sealed class MaterialFields(bool isItemRequired)
    {
        private readonly Option<string> _item = new("--item") { Description = "What to get.", HelpName = "I", Required = isItemRequired };
        private readonly Option<string> _quantity = new("--quantity") { Description = "How much, such as 12.5. Default 1.", HelpName = "Q" };
        private readonly Option<string> _unit = new("--unit") { Description = "What quantity counts. Default each.", HelpName = "U" };
        private readonly Option<string> _notes = new("--notes") { Description = "Free text.", HelpName = "T" };

        public Command AddTo(Command command)
        {
            foreach (var option in new[] { _item, _quantity, _unit, _notes })
                command.Add(option);
            return command;
        }

        public void Set(CommandContext context, Material row)
        {
            if (context.Has(_item))
                row.ItemName = context.Get(_item);
            if (context.Has(_quantity))
                row.Quantity = context.Get(_quantity);
            if (context.Has(_unit))
                row.Unit = context.Get(_unit);
            OptionalText.Set(context, _notes, value => row.Notes = value, row.ClearNotes);
        }
    }
}
