using System.CommandLine;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Commands;

/// <summary>What a command works with.</summary>
internal sealed record CommandContext(ParseResult Parsed, KhsCrmClient Client, Printer Printer, Terminal Terminal)
{
    /// <summary>The server that was typed; null when none was.</summary>
    public string? Server { get; init; }

    /// <summary>The value of an argument that must be there.</summary>
    public T Require<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>Whether an option was typed; an empty value clears a field.</summary>
    public bool Has(Option option) => Parsed.GetResult(option) is { Implicit: false };

    /// <summary>The signed-in user.</summary>
    /// <exception cref="NotSignedInException">Nobody is signed in.</exception>
    public async Task<User> RequireUserAsync(CancellationToken cancellationToken)
    {
        var device = await Client.GetDeviceAsync(cancellationToken);
        if (device.User is null)
            await Client.Customers.ListAsync(new() { PageSize = 1 }, cancellationToken); // Says that nobody is signed in.
        return device.User!;
    }
}
