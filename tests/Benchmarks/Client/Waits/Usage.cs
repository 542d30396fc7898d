using System.Diagnostics;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>Gets, lists and edits, each one after the other with a breath in between, for as long as something else runs.</summary>
internal sealed record Usage(Latencies Get, Latencies List, Latencies Edit)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(5);

    /// <summary>Uses the store while rows arrive.</summary>
    public static async Task<Usage> WhileAsync(Task running, IUser user, Replay replay)
    {
        var usage = new Usage(new(), new(), new());
        await Task.WhenAll(
            RunAsync(usage.Get, replay.AnyCustomer, (_, id) => user.GetAsync(id)),
            RunAsync(usage.List, replay.AnyJob, user.ListAsync),
            RunAsync(usage.Edit, replay.AnyCustomer, (turn, id) => user.EditAsync(id, $"Note {turn}")));
        return usage;

        async Task RunAsync(Latencies latencies, Func<string?> any, Func<int, string, Task> call)
        {
            for (var turn = 0; !running.IsCompleted; turn++)
            {
                if (any() is { } id)
                {
                    var start = Stopwatch.GetTimestamp();
                    await call(turn, id);
                    latencies.Since(start);
                }

                await Task.Delay(Breath);
            }
        }
    }
}
