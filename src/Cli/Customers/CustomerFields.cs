using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.V1;

namespace KhsCrm.Cli.Customers;

/// <summary>The options for the fields of a customer.</summary>
internal sealed class CustomerFields(bool areRequired) : FieldOptions
{
    private readonly Option<string> _name = new("--name") { Description = "The customer's name.", HelpName = "NAME", Required = areRequired };
    private readonly Option<string> _address = new("--address") { Description = "Where the customer is.", HelpName = "TEXT", Required = areRequired };
    private readonly Option<string> _phone = new("--phone") { Description = "A phone number.", HelpName = "NUMBER" };
    private readonly Option<string> _email = new("--email") { Description = "An e-mail address.", HelpName = "ADDRESS" };
    private readonly Option<string> _notes = new("--notes") { Description = "Free text.", HelpName = "TEXT" };

    protected override IReadOnlyList<Option> All => [_name, _address, _phone, _email, _notes];

    public void Set(CommandContext context, Customer row)
    {
        if (context.Has(_name))
            row.Name = context.Get(_name);
        if (context.Has(_address))
            row.Address = context.Get(_address);
        SetOptional(context, _phone, value => row.Phone = value, row.ClearPhone);
        SetOptional(context, _email, value => row.Email = value, row.ClearEmail);
        SetOptional(context, _notes, value => row.Notes = value, row.ClearNotes);
    }
}
