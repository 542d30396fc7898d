using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Output;
using Spectre.Console;

namespace KhsCrm.Cli.Outbox;

/// <summary>Conflicts as a table: a line a field, with both values.</summary>
internal static class ConflictTable
{
    private static readonly Column[] Columns =
    [
        new("ID"), new("Row", IsText: true), new("Field"), new("Mine", IsText: true), new("Theirs", IsText: true),
        new("In effect"), new("When", IsExtra: true),
    ];

    public static async Task PrintAsync(CommandContext context, IReadOnlyList<Conflict> conflicts, CancellationToken cancellationToken)
    {
        var names = new RowNames(context.Client);
        var shortId = await ShortIds.ForAsync(
            context.Printer, conflicts.Select(conflict => conflict.Operation.Id),
            (prefix, limit, token) => OutboxCommands.FindIdsAsync(context, prefix, limit, token), cancellationToken);
        var rows = new List<IReadOnlyList<Cell>>();
        foreach (var conflict in conflicts)
        {
            var row = await names.OfAsync(conflict.Operation.Seen ?? conflict.Operation.Entity, cancellationToken);
            foreach (var field in conflict.Fields.DefaultIfEmpty(""))
            {
                rows.Add([
                    shortId(conflict.Operation.Id), row, field, conflict.Mine(field),
                    field.Length == 0 ? "(changed)" : OperationText.Value(conflict.Theirs, field),
                    conflict.IsRejected ? new Cell("theirs", Color.Maroon) : "mine", Words.Time(conflict.At),
                ]);
            }
        }

        context.Printer.Table(Columns, rows);
        context.Printer.Error("Decide: khs conflicts keep-mine ID, or khs conflicts keep-theirs ID");
    }
}
