using KhsCrm.SyncClient;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>Somebody with an app that links the library.</summary>
internal sealed class AppUser(LocalStore store) : IUser
{
    private readonly CustomerStore _customers = new(store, new EditQueue(store, TimeProvider.System));
    private readonly JobStore _jobs = new(store, new EditQueue(store, TimeProvider.System));
    private readonly MaterialStore _materials = new(store, new EditQueue(store, TimeProvider.System));

    public Task GetAsync(string customerId) => _customers.FindAsync(customerId);

    public Task ListAsync(int turn, string jobId) => (turn % 3) switch
    {
        0 => _customers.ListAsync(),
        1 => _jobs.ListAsync(),
        _ => _materials.ListAsync(jobId),
    };

    public Task EditAsync(string customerId, string notes) => _customers.UpdateAsync(customerId, row => row.Notes = notes);

    /// <summary>Searches customers, jobs or materials in turn.</summary>
    public Task SearchAsync(int turn, string text) => (turn % 3) switch
    {
        0 => _customers.ListAsync(new() { Search = text }),
        1 => _jobs.ListAsync(new() { Search = text }),
        _ => _materials.SearchAsync(text),
    };

    public void Dispose()
    {
    }
}
