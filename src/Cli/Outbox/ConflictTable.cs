using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using Spectre.Console;

namespace KhsCrm.Cli.Outbox;

/// <summary>Conflicts as a table: a line a field, with both values.</summary>
internal static class ConflictTable
{
    private static readonly Column[] Columns =
    [
        new("ID"), new("Row", IsText: true), new("Field"), new("Mine", IsText: true), new("Theirs", IsText: true),
        new("Now"), new("Made", IsExtra: true),
    ];

    public static async Task PrintAsync(CommandContext context, IReadOnlyList<EditConflict> conflicts, CancellationToken cancellationToken)
    {
        var names = new RowNames(context.Client);
        var shortId = await ShortIds.ForAsync(
            context.Printer, conflicts.Select(conflict => conflict.OperationId),
            (prefix, limit, token) => OutboxCommands.FindIdsAsync(context, prefix, limit, token), cancellationToken);
        var rows = new List<IReadOnlyList<Cell>>();
        foreach (var conflict in conflicts)
        {
            var row = await ConflictText.RowAsync(names, conflict, cancellationToken);
            foreach (var field in conflict.Fields.DefaultIfEmpty(""))
            {
                rows.Add([
                    shortId(conflict.OperationId), row, field, ConflictText.Mine(conflict, field), ConflictText.Theirs(conflict, field),
                    conflict.Kind == ConflictKind.Rejected ? new Cell("theirs", Color.Maroon) : "mine", Words.Time(conflict.QueuedAt),
                ]);
            }
        }

        context.Printer.Table(Columns, rows);
        context.Printer.Error("Decide: khs conflicts keep-mine ID, or khs conflicts keep-theirs ID");
    }
}
