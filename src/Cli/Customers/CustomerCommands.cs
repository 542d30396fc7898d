using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Customers;

/// <summary><c>khs customers</c>.</summary>
internal static class CustomerCommands
{
    public static Command Create(CommandRunner runner) => new("customers", "The customers on this device.")
    {
        CustomerLists.List(runner),
        CustomerLists.Search(runner),
        CustomerLists.Show(runner),
        CustomerEdits.Add(runner),
        CustomerEdits.Edit(runner),
        CustomerEdits.Archive(runner),
        CustomerEdits.Restore(runner),
    };

    public static Argument<string> Id() => new("ID") { Description = "The customer, or the beginning of its id." };

    public static void Print(Printer printer, Customer row)
    {
        if (printer.IsJson)
            printer.Json(Printer.ToJson(row));
        printer.Fields(
            ("ID", row.Id), ("Name", row.Name), ("Phone", row.Phone), ("Email", row.Email), ("Address", row.Address),
            ("Notes", row.Notes), ("Archived", row.IsArchived ? "yes" : ""), ("Changed", Words.Time(row.UpdatedAt)));
    }
}
