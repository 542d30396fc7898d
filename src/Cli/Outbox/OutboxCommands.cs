using System.CommandLine;
using KhsCrm.Cli.Commands;

namespace KhsCrm.Cli.Outbox;

/// <summary><c>khs outbox</c>.</summary>
internal static class OutboxCommands
{
    public static Command Create(CommandRunner runner) => ListedAlone.With(new("outbox", "The edits of this device that the server has not settled.")
    {
        OutboxLists.List(runner),
        OutboxLists.Failed(runner),
        OutboxEdits.Retry(runner),
        OutboxEdits.Discard(runner),
    });

    public static Argument<string> Id() => new("ID") { Description = "The edit, or the beginning of its id." };

    /// <summary>Finds ids of edits and conflicts by how they begin.</summary>
    public static async Task<IReadOnlyList<string>> FindIdsAsync(
        CommandContext context, string prefix, int limit, CancellationToken cancellationToken)
    {
        var entries = await context.Client.Outbox.ListAsync(limit: int.MaxValue, cancellationToken: cancellationToken);
        var conflicts = await context.Client.Outbox.ListConflictsAsync(cancellationToken);
        return [.. entries.Select(entry => entry.Id).Concat(conflicts.Select(conflict => conflict.OperationId)).Distinct()
            .Where(one => one.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Take(limit)];
    }
}
