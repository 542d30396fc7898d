using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Output;
using KhsCrm.V1;
using Spectre.Console;

namespace KhsCrm.Cli.Operations;

/// <summary>The server's ledger as a table.</summary>
internal static class QueueTable
{
    private static readonly Column[] Columns =
        [new("ID"), new("Status"), new("Edit", IsText: true), new("By", IsText: true, IsExtra: true), new("Why", IsText: true), new("Received", IsExtra: true)];

    public static async Task PrintAsync(CommandContext context, ListQueueResponse answer, CancellationToken cancellationToken)
    {
        var names = new RowNames(context.Client);
        // Known to the server alone, so an id is told from those of this list; the server takes whole ids only.
        var rows = new List<IReadOnlyList<Cell>>();
        foreach (var item in answer.Items)
        {
            var user = await context.Client.Users.FindAsync(item.UserId, cancellationToken);
            rows.Add([
                item.Id, Status(item.Status), await EditAsync(names, item, cancellationToken), user?.Name ?? item.UserId,
                item.Error + (item.RetryCount > 0 ? $" (tried {Words.Count(item.RetryCount, "time")} again)" : ""), Words.Time(item.CreatedAt),
            ]);
        }

        context.Printer.Table(Columns, rows);
        if (answer.NextPageToken.Length > 0)
            context.Printer.Error("There are more: give a larger --limit.");
        if (answer.Items.Any(item => item.Status is SyncQueueStatus.Pending or SyncQueueStatus.Failed))
            context.Printer.Error("Try one again: khs queue retry ID. Fail one that waits: khs queue discard ID");
    }

    private static async Task<string> EditAsync(RowNames names, SyncQueueItem item, CancellationToken cancellationToken)
    {
        var kind = item.EntityType.Replace('_', ' ');
        var type = Contracts.Entities.EntityKinds.All.FirstOrDefault(one => one.Name == item.EntityType)?.Type ?? EntityType.Unspecified;
        return $"{item.Operation} {kind} {await names.NameAsync(type, item.EntityId, cancellationToken) ?? item.EntityId}";
    }

    private static Cell Status(SyncQueueStatus status) => new(status.ToString().ToLowerInvariant(), status switch
    {
        SyncQueueStatus.Completed => Color.Green,
        SyncQueueStatus.Failed => Color.Maroon,
        _ => Color.Olive,
    });
}
