using Spectre.Console;

namespace KhsCrm.Cli.Output;

/// <summary>A cell of a table: its text, and its colour where there are colours.</summary>
internal readonly record struct Cell(string Text, Color? Color = null)
{
    public static implicit operator Cell(string text) => new(text);
}
