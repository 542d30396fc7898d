using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Outbox;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Sync;

/// <summary>Prints what changes while a watch runs: rows that came from the server, and edits that were rejected.</summary>
internal sealed class WatchedChanges(CommandContext context)
{
    // More rows at once are a catch-up, which is told as a number.
    private const int MaxLinesAtOnce = 50;

    private readonly RowNames _names = new(context.Client);
    private readonly WatchedRow _row = new(context.Client);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    public async Task PrintAsync(IAsyncEnumerable<StoreChanges> observed, CancellationToken cancellationToken)
    {
        await foreach (var changes in observed.WithCancellation(cancellationToken))
        {
            await PrintRowsAsync(changes, cancellationToken);
            if (changes.OutboxChanged)
                await PrintRejectedAsync(cancellationToken);
        }
    }

    private async Task PrintRowsAsync(StoreChanges changes, CancellationToken cancellationToken)
    {
        var rows = changes.Rows.Where(row => row.Source == ChangeSource.Server).ToList();
        if (rows.Count > MaxLinesAtOnce)
            WatchCommand.Print(context.Printer, $"received {Words.Count(rows.Count, "change")}");
        else if (changes.MayBeAnything && context.Client.Status is { State: SyncState.CatchingUp, EstimatedTotal: > 0 and var total } status)
            WatchCommand.Print(context.Printer, $"catching up, {status.Received:N0} of {total:N0}");
        else
            foreach (var row in rows)
                WatchCommand.Print(context.Printer, await _row.DescribeAsync(row, cancellationToken));
    }

    private async Task PrintRejectedAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in await context.Client.Outbox.ListAsync(OutboxState.Rejected, cancellationToken: cancellationToken))
        {
            if (!_told.Add(entry.Id))
                continue;
            var edit = await OperationText.DescribeAsync(_names, entry.Operation, cancellationToken);
            WatchCommand.Print(context.Printer, $"rejected: {edit}. {OperationText.Why(entry)} Next: khs outbox failed");
        }
    }
}
