using System.Diagnostics.CodeAnalysis;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.TestKit.History;

/// <summary>Other programs, on connections of their own: two tables in one transaction, assignments that come and go.</summary>
[SuppressMessage("Security", "CA2100", Justification = "The tests' own statements.")]
public sealed class SqlTraffic(NpgsqlDataSource database, HistoryChecker checker, string workerId)
{
    private readonly string _customer = $"{Guid.CreateVersion7()}";
    private readonly string _job = $"{Guid.CreateVersion7()}";
    private readonly string _toggled = $"{Guid.CreateVersion7()}";

    /// <summary>The jobs on which the honest devices work.</summary>
    public IReadOnlyList<string> HonestJobs { get; } = [$"{Guid.CreateVersion7()}", $"{Guid.CreateVersion7()}"];

    /// <summary>The user whose version tells how far a device has read.</summary>
    public static string MarkerId => "00000000-0000-7000-8000-0000000000fe";

    /// <summary>The owner that every database begins with.</summary>
    public static string OwnerId => "00000000-0000-7000-8000-000000000002";

    /// <summary>Makes the rows that are written.</summary>
    public async Task PrepareAsync(CancellationToken stop)
    {
        string[] jobs = [_job, _toggled, .. HonestJobs];
        await RunAsync(
            $"""
            INSERT INTO users (id, email, name, role, is_active) VALUES ('{MarkerId}', 'marker@khscrm.com', 'Marker', 'WORKER', false);
            INSERT INTO customers (id, name, address) VALUES ('{_customer}', 'Honest', 'a');
            {string.Concat(jobs.Select(job => $"INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{job}', 'Honest', '{_customer}', '{OwnerId}');\n"))}
            {string.Concat(HonestJobs.Append(_job).Select(job => $"INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{workerId}');\n"))}
            """,
            stop);
        await using var command = database.CreateCommand($"SELECT job_id FROM job_assignments WHERE user_id = '{workerId}'");
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            checker.Observe(new ScopeMayBegin(workerId, $"{reader.GetGuid(0)}"));
        checker.Observe(new Paired(new(EntityType.Customer, _customer), new(EntityType.Job, _job)));
    }

    /// <summary>Writes until it is stopped; a killed backend costs a write, and nothing else.</summary>
    public async Task RunAsync(TimeSpan pause, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await WritePairAsync(stop);
                await ToggleAsync(i % 2 == 0, stop);
                await Task.Delay(pause, stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(pause, CancellationToken.None);
            }
        }
    }

    /// <summary>Writes the row that tells devices that they have read all.</summary>
    public async Task<long> MarkAsync(CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            $"UPDATE users SET name = 'Marker {Guid.CreateVersion7()}' WHERE id = '{MarkerId}' RETURNING (extract(epoch FROM updated_at) * 1000000)::bigint");
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    private async Task WritePairAsync(CancellationToken stop)
    {
        var notes = Guid.CreateVersion7();
        await using var command = database.CreateCommand(
            $"""
            WITH c AS (UPDATE customers SET notes = '{notes}' WHERE id = '{_customer}' RETURNING updated_at),
                j AS (UPDATE jobs SET notes = '{notes}' WHERE id = '{_job}' RETURNING updated_at)
            SELECT (extract(epoch FROM c.updated_at) * 1000000)::bigint, (extract(epoch FROM j.updated_at) * 1000000)::bigint FROM c, j
            """);
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var (customer, job) = (reader.GetInt64(0), reader.GetInt64(1));
        await reader.DisposeAsync();
        checker.Observe(new Wrote(new(EntityType.Customer, _customer), customer));
        checker.Observe(new Wrote(new(EntityType.Job, _job), job));
    }

    private async Task ToggleAsync(bool isAssigned, CancellationToken stop)
    {
        if (isAssigned)
        {
            checker.Observe(new ScopeMayBegin(workerId, _toggled));
            await RunAsync($"INSERT INTO job_assignments (job_id, user_id) VALUES ('{_toggled}', '{workerId}') ON CONFLICT DO NOTHING", stop);
            return;
        }

        await RunAsync($"DELETE FROM job_assignments WHERE job_id = '{_toggled}' AND user_id = '{workerId}'", stop);
        checker.Observe(new ScopeEnded(workerId, _toggled));
    }

    private async Task RunAsync(string sql, CancellationToken stop)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }
}
