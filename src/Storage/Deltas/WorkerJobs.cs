using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// The jobs that a worker is assigned to, and those jobs' customers, in the snapshot of a checkpoint. A live stream that begins
/// at the checkpoint routes by them; later changes are in later windows.
/// </summary>
/// <param name="Jobs">The jobs.</param>
/// <param name="Customers">The customers.</param>
internal sealed record WorkerJobs(Guid[] Jobs, Guid[] Customers)
{
    /// <summary>Of an owner, who needs no assignments.</summary>
    public static WorkerJobs None { get; } = new([], []);

    /// <summary>The statement that reads them.</summary>
    public static NpgsqlBatchCommand Command(Guid userId) =>
        new("SELECT a.job_id, j.customer_id FROM job_assignments a JOIN jobs j ON j.id = a.job_id WHERE a.user_id = $1")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = userId } },
        };

    public static async Task<WorkerJobs> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        List<Guid> jobs = [];
        HashSet<Guid> customers = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(reader.GetGuid(0));
            customers.Add(reader.GetGuid(1));
        }

        return new WorkerJobs([.. jobs], [.. customers]);
    }
}
