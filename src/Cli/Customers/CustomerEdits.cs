using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.V1;

namespace KhsCrm.Cli.Customers;

/// <summary>The commands that edit customers.</summary>
internal static class CustomerEdits
{
    public static Command Add(CommandRunner runner)
    {
        var fields = new CustomerFields(areRequired: true);
        var command = fields.AddTo(new KhsCommand(
            "add", "Add a customer.", "customers add --name \"Ada Byron\" --address \"12 Mill Lane\" --phone 555-0100"));
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var draft = new Customer();
            fields.Set(context, draft);
            CustomerCommands.Print(context.Printer, await context.Client.Customers.AddAsync(draft, cancellationToken));
        }));
        return command;
    }

    public static Command Edit(CommandRunner runner)
    {
        var id = CustomerCommands.Id();
        var fields = new CustomerFields(areRequired: false);
        var command = fields.AddTo(new KhsCommand(
            "edit", "Change a customer. An empty value clears a field.",
            "customers edit 01a20597 --phone 555-0199", "customers edit 01a20597 --notes \"\"") { id });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            fields.RequireAny(context);
            var resolved = await RowIds.CustomerAsync(context, context.Require(id), cancellationToken);
            CustomerCommands.Print(context.Printer, await context.Client.Customers.UpdateAsync(
                resolved, row => fields.Set(context, row), cancellationToken: cancellationToken));
        }));
        return command;
    }

    public static Command Archive(CommandRunner runner)
    {
        var id = CustomerCommands.Id();
        var command = new KhsCommand(
            "archive", "Take a customer off the lists. Their jobs stay.", "customers archive 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await RowIds.CustomerAsync(context, context.Require(id), cancellationToken);
            var row = await context.Client.Customers.ArchiveAsync(resolved, cancellationToken);
            context.Printer.Answer(row, $"{row.Name} is archived. Undo: khs customers restore {row.Id}");
        }));
        return command;
    }

    public static Command Restore(CommandRunner runner)
    {
        var id = CustomerCommands.Id();
        var command = new KhsCommand("restore", "Restore an archived customer.", "customers restore 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await RowIds.CustomerAsync(context, context.Require(id), cancellationToken);
            var row = await context.Client.Customers.RestoreAsync(resolved, cancellationToken);
            context.Printer.Answer(row, $"{row.Name} is on the lists again.");
        }));
        return command;
    }
}
