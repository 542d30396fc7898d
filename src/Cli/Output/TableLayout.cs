using Spectre.Console;
using Spectre.Console.Rendering;

namespace KhsCrm.Cli.Output;

/// <summary>Lays rows out as a table: headings, aligned columns, no lines around them; as blocks where a table does not fit.</summary>
internal static class TableLayout
{
    private const int Gap = 2;

    // The least that a column of free text is of use with.
    private const int LeastText = 10;

    /// <summary>Makes the table that fits.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">A cell for each column in every row.</param>
    /// <param name="width">The columns of the terminal; null for no end.</param>
    public static IRenderable Create(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<Cell>> rows, int? width)
    {
        var widths = columns.Select((column, index) => Math.Max(column.Title.Length, rows.Max(row => row[index].Text.GetCellWidth()))).ToList();
        var shown = Enumerable.Range(0, columns.Count).ToList();
        while (width is not null && Least(columns, widths, shown) > width && shown.FindLast(index => columns[index].IsExtra) is > 0 and var extra)
            shown.Remove(extra);
        if (Least(columns, widths, shown) > width)
            return Blocks(columns, rows);

        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var index in shown)
        {
            var column = new TableColumn(new Text(columns[index].Title, new Style(decoration: Decoration.Bold)))
            {
                NoWrap = width is null || !columns[index].IsText,
                Padding = new Padding(0, 0, index == shown[^1] ? 0 : Gap, 0),
                Alignment = columns[index].IsNumber ? Justify.Right : Justify.Left,
            };
            table.AddColumn(column);
        }

        foreach (var row in rows)
            table.AddRow(shown.Select(index => new Text(row[index].Text, new Style(foreground: row[index].Color))));
        return table;
    }

    // Each row as a block of fields, for a terminal on which the columns would be a few letters wide.
    private static Grid Blocks(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var grid = new Grid { Expand = false };
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, Gap, 0) });
        grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        foreach (var row in rows)
        {
            if (!ReferenceEquals(row, rows[0]))
                grid.AddEmptyRow();
            for (var index = 0; index < columns.Count; index++)
            {
                if (row[index].Text.Length > 0)
                    grid.AddRow(
                        new Text(columns[index].Title, new Style(decoration: Decoration.Bold)),
                        new Text(row[index].Text, new Style(foreground: row[index].Color)));
            }
        }

        return grid;
    }

    private static int Least(IReadOnlyList<Column> columns, List<int> widths, List<int> shown) =>
        shown.Sum(index => columns[index].IsText ? Math.Min(widths[index], LeastText) : widths[index]) + (Gap * (shown.Count - 1));
}
