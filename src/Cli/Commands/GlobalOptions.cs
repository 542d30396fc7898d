using System.CommandLine;

namespace KhsCrm.Cli.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string> Data { get; } = new("--data")
    {
        Description = "The folder of this device's data. One folder is one device.",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ => DefaultFolder(),
    };

    public Option<string?> Server { get; } = new("--server")
    {
        Description = "The server, such as https://crm.example.com. Remembered at login.",
        HelpName = "URL",
        Recursive = true,
    };

    /// <summary>How the server is reached.</summary>
    public ConnectionOptions Connection { get; } = new();

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document with the field names of the API.",
        Recursive = true,
    };

    private static string DefaultFolder() =>
        Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "khscrm");
}
