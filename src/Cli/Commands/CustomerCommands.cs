using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs customers</c>.</summary>
internal static class CustomerCommands
{
    public static Command Create(CommandRunner runner) =>
        new("customers", "Customers.") { List(runner), Show(runner), Add(runner), Edit(runner) };

    public static Task<string> ResolveAsync(CommandContext context, string typed, CancellationToken cancellationToken) =>
        IdPrefix.ResolveAsync(typed, "customer", context.Client.Customers.FindIdsAsync, cancellationToken);

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "List the customers that are not archived, by name.");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var rows = await Pages.AllAsync(
                (token, cancel) => context.Client.Customers.ListAsync(new() { PageSize = Pages.Size, PageToken = token }, cancel),
                cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["customers"] = Printer.ToJson(rows) });
            else if (rows.Count == 0)
                context.Printer.Line("No customers on this device.");
            else
                context.Printer.Table(
                    ["ID", "Name", "Phone", "Address"],
                    rows.Select(row => (IReadOnlyList<string>)[row.Id, row.Name, row.Phone, row.Address]));
        }));
        return command;
    }

    private static Command Show(CommandRunner runner)
    {
        var id = new Argument<string>("ID") { Description = "The customer, or the beginning of its id." };
        var command = new Command("show", "Show a customer.") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await ResolveAsync(context, context.Require(id), cancellationToken);
            Print(context.Printer, await context.Client.Customers.GetAsync(resolved, cancellationToken));
        }));
        return command;
    }

    private static Command Add(CommandRunner runner)
    {
        var fields = new CustomerFields(areRequired: true);
        var command = fields.AddTo(new Command("add", "Add a customer."));
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var draft = new Customer();
            fields.Set(context, draft);
            Print(context.Printer, await context.Client.Customers.AddAsync(draft, cancellationToken));
        }));
        return command;
    }

    private static Command Edit(CommandRunner runner)
    {
        var id = new Argument<string>("ID") { Description = "The customer, or the beginning of its id." };
        var fields = new CustomerFields(areRequired: false);
        var command = fields.AddTo(new Command("edit", "Change a customer. An empty value clears a field.") { id });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await ResolveAsync(context, context.Require(id), cancellationToken);
            Print(context.Printer, await context.Client.Customers.UpdateAsync(
                resolved, row => fields.Set(context, row), cancellationToken: cancellationToken));
        }));
        return command;
    }

    private static void Print(Printer printer, Customer row)
    {
        if (printer.IsJson)
            printer.Json(Printer.ToJson(row));
        printer.Fields(
            ("ID", row.Id), ("Name", row.Name), ("Phone", row.Phone), ("Email", row.Email), ("Address", row.Address),
            ("Notes", row.Notes), ("Archived", row.IsArchived ? "yes" : ""), ("Changed", Words.Time(row.UpdatedAt)));
    }

    private sealed class CustomerFields(bool areRequired)
    {
        private readonly Option<string> _name = new("--name") { Description = "The customer's name.", HelpName = "N", Required = areRequired };
        private readonly Option<string> _address = new("--address") { Description = "Where the customer is.", HelpName = "A", Required = areRequired };
        private readonly Option<string> _phone = new("--phone") { Description = "A phone number.", HelpName = "P" };
        private readonly Option<string> _email = new("--email") { Description = "An e-mail address.", HelpName = "E" };
        private readonly Option<string> _notes = new("--notes") { Description = "Free text.", HelpName = "T" };

        public Command AddTo(Command command)
        {
            foreach (var option in new[] { _name, _address, _phone, _email, _notes })
                command.Add(option);
            return command;
        }

        public void Set(CommandContext context, Customer row)
        {
            if (context.Has(_name))
                row.Name = context.Get(_name);
            if (context.Has(_address))
                row.Address = context.Get(_address);
            OptionalText.Set(context, _phone, value => row.Phone = value, row.ClearPhone);
            OptionalText.Set(context, _email, value => row.Email = value, row.ClearEmail);
            OptionalText.Set(context, _notes, value => row.Notes = value, row.ClearNotes);
        }
    }
}
