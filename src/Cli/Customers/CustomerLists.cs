using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Customers;

/// <summary>The commands that read customers.</summary>
internal static class CustomerLists
{
    private static readonly Column[] Columns =
        [new("ID"), new("Name", IsText: true), new("Phone", IsExtra: true), new("Address", IsText: true, IsExtra: true)];

    public static Command List(CommandRunner runner)
    {
        var archived = new Option<bool>("--archived") { Description = "List those that are archived instead." };
        var command = new KhsCommand(
            "list", "List the customers that are not archived, by name.", "customers list", "customers list --archived") { archived };
        command.SetAction(runner.Action((context, cancellationToken) => PrintAsync(
            context,
            new CustomerQuery { IsArchived = context.Get(archived) },
            context.Get(archived)
                ? "No customer is archived."
                : "No customers on this device. Next: khs sync, or khs customers add --name NAME --address ADDRESS",
            cancellationToken)));
        return command;
    }

    public static Command Search(CommandRunner runner)
    {
        var text = new Argument<string>("TEXT") { Description = "A part of the name, address, phone number or e-mail address." };
        var command = new KhsCommand(
            "search", "Find customers that are not archived.", "customers search mill", "customers search 555-01") { text };
        command.SetAction(runner.Action((context, cancellationToken) => PrintAsync(
            context,
            new CustomerQuery { Search = context.Require(text) },
            $"No customer matches '{context.Require(text)}'. All: khs customers list",
            cancellationToken)));
        return command;
    }

    public static Command Show(CommandRunner runner)
    {
        var id = CustomerCommands.Id();
        var command = new KhsCommand("show", "Show a customer and their jobs.", "customers show 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await RowIds.CustomerAsync(context, context.Require(id), cancellationToken);
            CustomerCommands.Print(context.Printer, await context.Client.Customers.GetAsync(resolved, cancellationToken));
            if (!context.Printer.IsJson)
                await PrintJobsAsync(context, resolved, cancellationToken);
        }));
        return command;
    }

    private static async Task PrintAsync(CommandContext context, CustomerQuery query, string nothing, CancellationToken cancellationToken)
    {
        var rows = await Pages.AllAsync(
            (token, cancel) => context.Client.Customers.ListAsync(query with { PageSize = Pages.Size, PageToken = token }, cancel),
            cancellationToken);
        if (context.Printer.IsJson)
            context.Printer.Json(new JsonObject { ["customers"] = Printer.ToJson(rows) });
        else if (rows.Count == 0)
            context.Printer.Line(nothing);
        else
            await PrintTableAsync(context, rows, cancellationToken);
    }

    private static async Task PrintTableAsync(CommandContext context, List<Customer> rows, CancellationToken cancellationToken)
    {
        var shortId = await ShortIds.ForAsync(
            context.Printer, rows.Select(row => row.Id), context.Client.Customers.FindIdsAsync, cancellationToken);
        context.Printer.Table(
            Columns, rows.Select(row => (IReadOnlyList<Cell>)[shortId(row.Id), row.Name, row.Phone, row.Address]));
    }

    private static async Task PrintJobsAsync(CommandContext context, string customerId, CancellationToken cancellationToken)
    {
        var jobs = await Pages.AllAsync(
            (token, cancel) => context.Client.Jobs.ListAsync(
                new() { CustomerId = customerId, PageSize = Pages.Size, PageToken = token }, cancel),
            cancellationToken);
        if (jobs.Count == 0)
            return;
        context.Printer.Line("");
        await Jobs.JobLists.PrintTableAsync(context, jobs, cancellationToken);
    }
}
