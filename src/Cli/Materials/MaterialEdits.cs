using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.Cli.Jobs;
using KhsCrm.V1;

namespace KhsCrm.Cli.Materials;

/// <summary>The commands that write lines of a checklist.</summary>
internal static class MaterialEdits
{
    public static Command Add(CommandRunner runner)
    {
        var job = JobCommands.Id("JOB");
        var fields = new MaterialFields(isItemRequired: true);
        var command = fields.AddTo(new KhsCommand(
            "add", "Add a material to the checklist of a job.",
            "materials add 01a20597 --item \"Roofing nails\" --quantity 2.5 --unit kg") { job });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var draft = new Material { JobId = await RowIds.JobAsync(context, context.Require(job), cancellationToken) };
            fields.Set(context, draft);
            MaterialCommands.Print(context.Printer, await context.Client.Materials.AddAsync(draft, cancellationToken));
        }));
        return command;
    }

    public static Command Edit(CommandRunner runner)
    {
        var id = MaterialCommands.Id();
        var fields = new MaterialFields(isItemRequired: false);
        var command = fields.AddTo(new KhsCommand(
            "edit", "Change a material. An empty value clears a field.", "materials edit 01a20597 --quantity 3") { id });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            fields.RequireAny(context);
            var resolved = await RowIds.MaterialAsync(context, context.Require(id), cancellationToken);
            MaterialCommands.Print(context.Printer, await context.Client.Materials.UpdateAsync(
                resolved, row => fields.Set(context, row), cancellationToken: cancellationToken));
        }));
        return command;
    }
}
