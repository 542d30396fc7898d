using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs sync --watch</c>: stays connected and tells what happens.</summary>
internal static class WatchCommand
{
    // More rows at once are a catch-up, which is told as a number.
    private const int MaxLinesAtOnce = 50;

    public static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var client = context.Client;
        if ((await client.GetDeviceAsync(cancellationToken)).User is null)
            await client.Customers.ListAsync(new() { PageSize = 1 }, cancellationToken); // Says that nobody is signed in.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = client.ObserveChangesAsync(ending.Token);
        await client.StartAsync(cancellationToken);
        var printing = PrintChangesAsync(context, changes);
        try
        {
            await foreach (var status in client.ObserveStatusAsync(cancellationToken))
            {
                if (Describe(status) is { } line)
                    context.Printer.LiveLine(line);
                if (status.State is SyncState.SignedOut or SyncState.Failed)
                    throw status.Failure!;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a watch ends.
        }
        finally
        {
            await ending.CancelAsync();
            await printing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await client.StopAsync(CancellationToken.None);
        }

        return ExitCode.Ok;
    }

    private static async Task PrintChangesAsync(CommandContext context, IAsyncEnumerable<StoreChanges> observed)
    {
        await foreach (var changes in observed)
        {
            var rows = changes.Rows.Where(row => row.Source == ChangeSource.Server).ToList();
            if (rows.Count > MaxLinesAtOnce || (changes.MayBeAnything && context.Client.Status.State == SyncState.CatchingUp))
                context.Printer.LiveLine(rows.Count > 0 ? $"{rows.Count} rows changed" : "many rows changed");
            else
                foreach (var row in rows)
                    context.Printer.LiveLine(await DescribeAsync(context.Client, row));
        }
    }

    private static async Task<string> DescribeAsync(KhsCrmClient client, RowChange change)
    {
        var kind = Contracts.Kinds.EntityKinds.Of(change.EntityType)!.Name.Replace('_', ' ');
        if (change.Kind != RowChangeKind.Saved)
            return $"{kind} {change.Id} {(change.Kind == RowChangeKind.Deleted ? "deleted" : "withdrawn")}";
        var name = change.EntityType switch
        {
            EntityType.Customer => (await client.Customers.FindAsync(change.Id))?.Name,
            EntityType.Job => await client.Jobs.FindAsync(change.Id) is { } job ? $"{job.Title} {Words.Status(job.Status)}" : null,
            EntityType.Material => await client.Materials.FindAsync(change.Id) is { } material
                ? $"{material.Quantity} {material.Unit} {material.ItemName}{(material.Purchased ? " (bought)" : "")}"
                : null,
            EntityType.User => (await client.Users.FindAsync(change.Id))?.Name,
            _ => null,
        };
        return name is null ? $"{kind} {change.Id} changed" : $"{kind} {change.Id} {name}";
    }

    private static string? Describe(ClientStatus status) => status.State switch
    {
        SyncState.Connecting => "connecting",
        SyncState.CatchingUp when status.EstimatedTotal > 0 => $"catching up {status.Received} of {status.EstimatedTotal}",
        SyncState.Live => "live",
        SyncState.Offline when status.Failure is { } failure => $"offline: {failure.Message}",
        _ => null,
    };
}
