namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>What somebody does while rows arrive, through the library or by plain SQL.</summary>
internal interface IUser : IDisposable
{
    /// <summary>Reads a customer.</summary>
    Task GetAsync(string customerId);

    /// <summary>Reads a page of a list: customers, jobs, or a checklist in turn.</summary>
    Task ListAsync(int turn, string jobId);

    /// <summary>Edits a customer's notes, durably.</summary>
    Task EditAsync(string customerId, string notes);
}
