using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>A device of a worker, whose jobs come and go: it works on the checklists of those it has at the moment.</summary>
internal sealed class WorkerMember(string name, KhsCrmClient client) : FleetMember(name, client)
{
    private int _added;

    /// <summary>The materials that were added here, by name: their ids.</summary>
    public Dictionary<string, string> Own { get; } = [];

    public override async Task EditAsync(Random random)
    {
        if (await JobsAsync() is not { Count: > 0 } jobs)
            return; // Nothing to do at the moment.
        try
        {
            await EditAsync(Any(jobs, random), random);
        }
        catch (KhsCrmException exception) when (exception is RowNotFoundException or EditRefusedException { Violations: [{ Field: "job_id" }] })
        {
            // Taken away between the look and the edit.
        }
    }

    private async Task EditAsync(Job job, Random random)
    {
        var materials = await Client.Materials.ListAsync(job.Id, cancellationToken: Cancellation);
        if (materials.Count == 0 || random.Next(2) == 0)
        {
            var added = await Client.Materials.AddAsync(new() { JobId = job.Id, ItemName = $"{Name} {_added++}" }, Cancellation);
            Own.Add(added.ItemName, added.Id);
        }
        else if (Any(materials, random) is var material && random.Next(2) == 0)
        {
            await Client.Materials.UpdateAsync(material.Id, row => row.Quantity = $"{random.Next(1, 100)}", cancellationToken: Cancellation);
        }
        else if (material.Purchased)
        {
            await Client.Materials.UnmarkPurchasedAsync(material.Id, Cancellation);
        }
        else
        {
            await Client.Materials.MarkPurchasedAsync(material.Id, Cancellation);
        }
    }
}
