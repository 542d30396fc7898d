using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Outbox;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Sync;

/// <summary>What a person should know after a sync: edits that were rejected, and edits that overwrote somebody else's.</summary>
internal static class SyncNotices
{
    // More than this is a list of its own.
    private const int MaxEach = 5;

    public static async Task PrintAsync(
        CommandContext context, IReadOnlyList<OutboxOperation> rejected, IReadOnlyList<EditConflict> overwritten,
        Func<EditConflict, bool> isNew, CancellationToken cancellationToken)
    {
        var names = new RowNames(context.Client);
        foreach (var entry in rejected.Take(MaxEach))
        {
            var edit = await OperationText.DescribeAsync(names, entry.Operation, cancellationToken);
            context.Printer.Error($"Rejected: {edit}. {OperationText.Why(entry)}");
        }

        if (rejected.Count > 0)
            context.Printer.Error($"{Words.Count(rejected.Count, "rejected edit waits", "rejected edits wait")} for you. Next: khs outbox failed");
        foreach (var conflict in overwritten.Where(isNew).Take(MaxEach))
            context.Printer.Error(await ConflictText.OverwrittenAsync(names, conflict, cancellationToken));
        if (overwritten.Count > 0)
            context.Printer.Error($"{Words.Count(overwritten.Count, "conflict waits", "conflicts wait")} for you. Next: khs conflicts list");
    }
}
