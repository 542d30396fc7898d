using KhsCrm.SyncClient;
using KhsCrm.V1;

// SampleDevice sync FOLDER SERVER EMAIL PASSWORD: signs in, edits, syncs, queries, and prints what it holds.
// SampleDevice pull FOLDER: syncs, and prints a line each time that another part of a catch-up is in the store.
// SampleDevice edit FOLDER NAME: stays connected and adds customers NAME 0, NAME 1, … until it is killed, and prints each
// once it is in the store.
var (verb, folder) = (args[0], args[1]);
await using var client = await KhsCrmClient.OpenAsync(new KhsCrmClientOptions
{
    DataFolder = folder,
    ServerAddress = verb == "sync" ? args[2] : null,
});
if (verb == "pull")
{
    client.StatusChanged += (_, status) => Console.WriteLine($"{status.State} {status.Received}");
    await client.SyncAsync();
    return;
}

if (verb == "edit")
{
    await client.StartAsync();
    for (var number = 0; ; number++)
    {
        var added = await client.Customers.AddAsync(new Customer { Name = $"{args[2]} {number}", Address = "1 Kill Street" });
        await client.Customers.UpdateAsync(added.Id, row => row.Phone = $"{number}");
        Console.WriteLine($"{added.Name}={added.Id}");
    }
}

var user = await client.SignInAsync(args[3], args[4]);
await client.SyncAsync();
var customer = await client.Customers.AddAsync(new Customer { Name = "Native Device", Address = "1 Machine Code" });
var job = await client.Jobs.AddAsync(new Job { CustomerId = customer.Id, Title = "Compile ahead" });
await client.Materials.AddAsync(new Material { JobId = job.Id, ItemName = "Linker" });
var summary = await client.SyncAsync();
await foreach (var board in client.Jobs.ObserveActiveAsync())
{
    var shown = board.Items.Single(item => item.Job.Id == job.Id);
    Console.WriteLine($"{user.Name}: sent {summary.Applied}, {shown.Job.Title} for {shown.CustomerName}");
    break;
}

try
{
    await client.Customers.AddAsync(new Customer { Name = "" });
}
catch (EditRefusedException refused)
{
    Console.WriteLine($"refused {refused.Violations[0].Field}");
}
