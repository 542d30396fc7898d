using System.Diagnostics;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>Stores a recorded first sync as a stream does, delta by delta, and knows which rows have arrived.</summary>
internal sealed class Replay(LocalStore store, Recording recording)
{
    private readonly Lock _lock = new();
    private readonly List<string> _customers = [];
    private readonly List<string> _jobs = [];

    public Task SignInAsync(CancellationToken cancellationToken) => store.WriteAsync(
        transaction =>
        {
            (DeviceState.New(Guid.NewGuid()) with { OwnerId = recording.User.Id }).Write(transaction.Connection);
            new SessionState(recording.User, new Tokens { AccessToken = "access" }, false).Write(transaction.Connection);
        },
        cancellationToken);

    /// <summary>Stores everything.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var delta in recording.Deltas())
        {
            await store.WriteAsync(
                transaction => DeltaApplier.Apply(transaction, delta, DateTimeOffset.UnixEpoch), isDurable: delta.Checkpoint, cancellationToken);
            lock (_lock)
            {
                _customers.AddRange(delta.Changes.Select(change => change.Entity?.Customer?.Id).OfType<string>());
                _jobs.AddRange(delta.Changes.Select(change => change.Entity?.Job?.Id).OfType<string>());
            }
        }

        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>A customer that has arrived; null before the first.</summary>
    public string? AnyCustomer() => Any(_customers);

    /// <summary>A job that has arrived; null before the first.</summary>
    public string? AnyJob() => Any(_jobs);

    private string? Any(List<string> ids)
    {
        lock (_lock)
        {
            return ids.Count == 0 ? null : ids[Random.Shared.Next(ids.Count)];
        }
    }
}
