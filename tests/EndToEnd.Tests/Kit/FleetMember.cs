using KhsCrm.SyncClient;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>One device of a <see cref="Fleet"/>.</summary>
internal abstract class FleetMember(string name, KhsCrmClient client)
{
    // Nothing takes as long: after this, the loop is stuck.
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(5);

    public KhsCrmClient Client => client;

    protected string Name => name;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes one edit of some kind.</summary>
    public abstract Task EditAsync(Random random);

    /// <summary>Waits until everything sent is answered and has come back, and the device shows exactly these rows.</summary>
    public async Task SettlesOnAsync(Func<Task<IReadOnlyList<string>>> expected)
    {
        using var hung = new CancellationTokenSource(Hung);
        while (await client.Outbox.CountAsync(Cancellation) is not { Unsent: 0, Deferred: 0, Unconfirmed: 0 }
            || !(await ShownAsync()).SequenceEqual(await expected()))
        {
            if (hung.IsCancellationRequested)
                Assert.Equal(await expected(), await ShownAsync());
            await Task.Delay(20, Cancellation);
        }
    }

    /// <summary>The operations that the server refused.</summary>
    public Task<IReadOnlyList<OutboxOperation>> RejectedAsync() => client.Outbox.ListAsync(OutboxState.Rejected, cancellationToken: Cancellation);

    /// <summary>What this device shows, as <see cref="Service.RowsAsync"/> does.</summary>
    private async Task<IReadOnlyList<string>> ShownAsync()
    {
        List<string> lines = [];
        var customers = await client.Customers.ListAsync(new() { IsArchived = null, PageSize = 10_000 }, Cancellation);
        lines.AddRange(customers.Items.Select(row => $"customer {row.Id} {row.Name}: {row.Phone}; {row.Notes}"));
        foreach (var job in (await client.Jobs.ListAsync(new() { PageSize = 10_000 }, Cancellation)).Items)
        {
            lines.Add($"job {job.Id} {job.Title} {job.Status:D}");
            var people = await client.Assignments.ListByJobAsync(job.Id, Cancellation);
            lines.AddRange(people.Select(row => $"assignment {row.Id} {row.JobId} {row.UserId}"));
            var materials = await client.Materials.ListAsync(job.Id, includeRemoved: true, cancellationToken: Cancellation);
            lines.AddRange(materials.Select(row => $"material {row.Id} {row.ItemName} {row.Quantity} {row.Purchased} {row.IsDeleted}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    protected static T Any<T>(IReadOnlyList<T> rows, Random random) => rows[random.Next(rows.Count)];

    protected async Task<IReadOnlyList<Job>> JobsAsync() => (await client.Jobs.ListAsync(new() { PageSize = 10_000 }, Cancellation)).Items;
}
