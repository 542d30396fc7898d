using KhsCrm.Cli.Commands;
using KhsCrm.SyncClient;
using Spectre.Console;

namespace KhsCrm.Cli.Sync;

/// <summary>Runs what syncs, on a terminal under a progress bar that is gone when it ends.</summary>
internal static class SyncProgress
{
    public static Task<T> RunAsync<T>(
        CommandContext context, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        context.Terminal.ShowsProgress
            ? context.Terminal.ErrorCanvas().Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(progress => RunAsync(context.Client, progress.AddTask("Connecting"), work, cancellationToken))
            : work(cancellationToken);

    private static async Task<T> RunAsync<T>(
        KhsCrmClient client, ProgressTask bar, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        void Show(object? sender, ClientStatus status) => Draw(bar, status);
        bar.IsIndeterminate = true;
        client.StatusChanged += Show;
        try
        {
            return await work(cancellationToken);
        }
        finally
        {
            client.StatusChanged -= Show;
        }
    }

    private static void Draw(ProgressTask bar, ClientStatus status)
    {
        bar.IsIndeterminate = status.EstimatedTotal == 0;
        bar.Description = status.State switch
        {
            SyncState.CatchingUp when status.EstimatedTotal > 0 => $"Receiving {status.Received:N0} of {status.EstimatedTotal:N0}",
            SyncState.CatchingUp => "Receiving",
            SyncState.Live => "Sending",
            _ => "Connecting",
        };
        if (status.EstimatedTotal == 0)
            return;
        bar.MaxValue = status.EstimatedTotal;
        bar.Value = status.Received;
    }
}
