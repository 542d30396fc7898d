using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Materials;

/// <summary><c>khs materials</c>.</summary>
internal static class MaterialCommands
{
    public static Command Create(CommandRunner runner) => new("materials", "The materials checklists of jobs.")
    {
        MaterialList.Create(runner),
        MaterialEdits.Add(runner),
        MaterialEdits.Edit(runner),
        MaterialChecks.Buy(runner),
        MaterialChecks.Unbuy(runner),
        MaterialChecks.Remove(runner),
    };

    public static Argument<string> Id() => new("ID") { Description = "The material, or the beginning of its id." };

    public static void Print(Printer printer, Material row)
    {
        if (printer.IsJson)
            printer.Json(Printer.ToJson(row));
        printer.Fields(
            ("ID", row.Id), ("Item", row.ItemName), ("Quantity", $"{row.Quantity} {row.Unit}"),
            ("Bought", row.Purchased ? Words.Time(row.PurchasedAt) : "no"), ("Notes", row.Notes));
    }
}
