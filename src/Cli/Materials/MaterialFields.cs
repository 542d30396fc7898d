using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.V1;

namespace KhsCrm.Cli.Materials;

/// <summary>The options for the fields of a material.</summary>
internal sealed class MaterialFields(bool isItemRequired) : FieldOptions
{
    private readonly Option<string> _item = new("--item") { Description = "What to get.", HelpName = "ITEM", Required = isItemRequired };
    private readonly Option<string> _quantity = new("--quantity") { Description = "How much, such as 12.5. A new one: 1.", HelpName = "NUMBER" };
    private readonly Option<string> _unit = new("--unit") { Description = "What the quantity counts. A new one: each.", HelpName = "UNIT" };
    private readonly Option<string> _notes = new("--notes") { Description = "Free text.", HelpName = "TEXT" };

    protected override IReadOnlyList<Option> All => [_item, _quantity, _unit, _notes];

    public void Set(CommandContext context, Material row)
    {
        if (context.Has(_item))
            row.ItemName = context.Get(_item);
        if (context.Has(_quantity))
            row.Quantity = context.Get(_quantity);
        if (context.Has(_unit))
            row.Unit = context.Get(_unit);
        SetOptional(context, _notes, value => row.Notes = value, row.ClearNotes);
    }
}
