using System.Globalization;
using KhsCrm.SyncClient;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>A device of the owner: it edits anything, and is the only one that says what one of the workers is assigned to.</summary>
internal sealed class OwnerMember(string name, KhsCrmClient client, string workerId) : FleetMember(name, client)
{
    private readonly List<string> _ids = [];

    /// <summary>The customers that only this device edits, with the phone number it gave them last.</summary>
    public Dictionary<string, string> Own { get; } = [];

    public override Task EditAsync(Random random) => random.Next(8) switch
    {
        0 => AddCustomerAsync(),
        1 => NoteAsync(random),
        2 => AddJobAsync(random),
        3 => ChangeJobAsync(random),
        4 => AddMaterialAsync(random),
        5 or 6 => AssignOrUnassignAsync(random),
        _ => CountUpAsync(random),
    };

    private async Task AddCustomerAsync()
    {
        var added = await Client.Customers.AddAsync(
            new() { Name = $"{Name} {_ids.Count}", Address = "1 Fleet Street", Phone = "0" }, Cancellation);
        _ids.Add(added.Id);
        Own.Add(added.Name, "0");
    }

    private async Task NoteAsync(Random random)
    {
        var anyone = Any((await Client.Customers.ListAsync(cancellationToken: Cancellation)).Items, random);
        await Client.Customers.UpdateAsync(anyone.Id, row => row.Notes = $"{Name} {random.Next(1_000)}", cancellationToken: Cancellation);
    }

    private async Task CountUpAsync(Random random)
    {
        if (_ids.Count == 0)
        {
            await AddCustomerAsync();
            return;
        }

        var row = await Client.Customers.UpdateAsync(
            Any(_ids, random),
            edit => edit.Phone = $"{int.Parse(edit.Phone, CultureInfo.InvariantCulture) + 1}",
            cancellationToken: Cancellation);
        Own[row.Name] = row.Phone;
    }

    private async Task AddJobAsync(Random random)
    {
        var customer = Any((await Client.Customers.ListAsync(cancellationToken: Cancellation)).Items, random);
        await Client.Jobs.AddAsync(new() { Title = $"{Name} {random.Next(1_000)}", CustomerId = customer.Id }, Cancellation);
    }

    private async Task ChangeJobAsync(Random random)
    {
        var job = Any(await JobsAsync(), random);
        await Client.Jobs.UpdateAsync(job.Id, row => row.Title = $"{Name} {random.Next(1_000)}", cancellationToken: Cancellation);
    }

    private async Task AddMaterialAsync(Random random)
    {
        var job = Any(await JobsAsync(), random);
        await Client.Materials.AddAsync(new() { JobId = job.Id, ItemName = $"{Name} {random.Next(1_000)}" }, Cancellation);
    }

    private async Task AssignOrUnassignAsync(Random random)
    {
        var job = Any(await JobsAsync(), random);
        if ((await Client.Assignments.ListByJobAsync(job.Id, Cancellation)).Any(row => row.UserId == workerId))
            await Client.Assignments.UnassignAsync(job.Id, workerId, Cancellation);
        else
            await Client.Assignments.AssignAsync(job.Id, workerId, Cancellation);
    }
}
