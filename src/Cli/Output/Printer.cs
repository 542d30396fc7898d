using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Spectre.Console;

namespace KhsCrm.Cli.Output;

/// <summary>Prints a command's answer: tables and sentences for people, or one JSON document.</summary>
internal sealed class Printer(TextWriter output, TextWriter error, bool isJson)
{
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true));

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public bool IsJson { get; } = isJson;

    /// <summary>A message in the JSON of the API, with its field names.</summary>
    public static JsonNode ToJson(IMessage message) => JsonNode.Parse(Formatter.Format(message))!;

    public static JsonArray ToJson(IEnumerable<IMessage> messages) => [.. messages.Select(ToJson)];

    /// <summary>Prints the JSON document of the command.</summary>
    public void Json(JsonNode document) => output.WriteLine(document.ToJsonString(Indented));

    /// <summary>Prints a line for people; nothing with --json, where stdout holds one document.</summary>
    public void Line(string text)
    {
        if (!IsJson)
            output.WriteLine(text);
    }

    /// <summary>Prints a line at once, also when stdout is a pipe that somebody watches.</summary>
    public void LiveLine(string text)
    {
        output.WriteLine(text);
        output.Flush();
    }

    public void Error(string text) => error.WriteLine(text);

    /// <summary>Prints a list.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        Write(table);
    }

    /// <summary>Prints the fields of one row; those without a value are left out.</summary>
    public void Fields(params (string Name, string Value)[] fields)
    {
        var shown = fields.Where(field => field.Value.Length > 0).ToList();
        var width = shown.Max(field => field.Name.Length) + 2;
        foreach (var (name, value) in shown)
            Line(name.PadRight(width) + value);
    }

    private void Write(Table table)
    {
        var isTerminal = !Console.IsOutputRedirected && ReferenceEquals(output, Console.Out);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        // A pipe has no width: nothing is cut or wrapped for it.
        if (!isTerminal)
            console.Profile.Width = 1_000;
        console.Write(table);
    }
}
