using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KhsCrm.Cli.Output;

/// <summary>Prints a command's answer: tables and sentences for people, or one JSON document.</summary>
internal sealed class Printer(Terminal terminal, bool isJson)
{
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithFormatDefaultValues(true));

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool IsJson { get; } = isJson;

    /// <summary>Whether the answer goes to a terminal: then ids are cut to what tells them apart.</summary>
    public bool IsTerminal { get; } = terminal.Width is not null && !isJson;

    /// <summary>A message in the JSON of the API, with its field names.</summary>
    public static JsonNode ToJson(IMessage message) => JsonNode.Parse(Formatter.Format(message))!;

    /// <summary>A time as a message has it.</summary>
    public static JsonNode ToJson(DateTimeOffset time) => ToJson(Timestamp.FromDateTimeOffset(time));

    public static JsonArray ToJson(IEnumerable<IMessage> messages) => [.. messages.Select(ToJson)];

    /// <summary>Prints the JSON document of the command.</summary>
    public void Json(JsonNode document) => terminal.Out.WriteLine(document.ToJsonString(Indented));

    /// <summary>Prints the answer in the form that was asked for.</summary>
    public void Answer(IMessage document, string line)
    {
        if (IsJson)
            Json(ToJson(document));
        else
            Line(line);
    }

    /// <summary>Prints a line for people; nothing with --json, where stdout holds one document.</summary>
    public void Line(string text)
    {
        if (!IsJson)
            terminal.Out.WriteLine(Safe.Line(text));
    }

    /// <summary>Prints a line at once, also when stdout is a pipe that somebody watches.</summary>
    public void LiveLine(string text)
    {
        terminal.Out.WriteLine(Safe.Line(text));
        terminal.Out.Flush();
    }

    /// <summary>Prints a message beside the answer.</summary>
    public void Error(string text) => terminal.Error.WriteLine(Safe.Line(text));

    /// <summary>Prints what went wrong: a line, or with --json a document on stderr.</summary>
    public void Failure(string text, string reason)
    {
        if (!IsJson)
            Error(text);
        else
            terminal.Error.WriteLine(
                new JsonObject { ["error"] = new JsonObject { ["reason"] = reason, ["message"] = text } }.ToJsonString(Indented));
    }

    /// <summary>Prints a list that is not empty.</summary>
    public void Table(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        var cells = rows.Select(IReadOnlyList<Cell> (row) => [.. row.Select(cell => cell with { Text = Safe.Line(cell.Text) })]).ToList();
        Write(TableLayout.Create(columns, cells, terminal.Width));
    }

    /// <summary>Prints the fields of one row; those without a value are left out.</summary>
    public void Fields(params (string Name, Cell Value)[] fields)
    {
        var grid = new Grid { Expand = false };
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        grid.AddColumn(new GridColumn { NoWrap = terminal.Width is null, Padding = new Padding(0, 0, 0, 0) });
        foreach (var (name, value) in fields.Where(field => field.Value.Text.Length > 0))
        {
            grid.AddRow(
                new Text(name, new Style(decoration: Decoration.Bold)),
                new Text(Safe.Lines(value.Text), new Style(foreground: value.Color)));
        }

        Write(grid);
    }

    private void Write(IRenderable shape)
    {
        if (IsJson)
            return;
        using var drawn = new StringWriter();
        terminal.Canvas(drawn).Write(shape);
        foreach (var line in drawn.ToString().TrimEnd().Split('\n'))
            terminal.Out.WriteLine(line.TrimEnd());
    }
}
