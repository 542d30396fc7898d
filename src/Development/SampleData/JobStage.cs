using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Development.SampleData;

/// <summary>Jobs, who is assigned to them, and their way through the statuses.</summary>
internal sealed class JobStage(SampleSize size, SampleUsers users)
    : SampleStage(SampleKind.Job, "jobs", "job", size.Jobs)
{
    public override async Task LoadAsync(NpgsqlConnection connection, Range rows, CancellationToken cancellationToken)
    {
        var jobs = new List<SampleJob>();
        for (var index = rows.Start.Value; index < rows.End.Value; index++)
            jobs.Add(SampleJob.Make(index, size.Customers));
        await CopyJobsAsync(connection, jobs, cancellationToken);
        await CopyAssignmentsAsync(connection, jobs, rows.Start.Value, cancellationToken);
        for (var step = 0; step < SampleJob.MaxStatuses; step++)
            await ChangeStatusesAsync(connection, jobs, step, cancellationToken);
    }

    private async Task CopyJobsAsync(
        NpgsqlConnection connection, List<SampleJob> jobs, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY jobs (id, title, description, customer_id, start_date, end_date, notes, created_by_id, created_at, "
            + "updated_by_id) FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        foreach (var job in jobs)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.IdAsync(job.Id, cancellationToken);
            await copy.TextAsync(job.Title, cancellationToken);
            await copy.TextAsync(job.Description, cancellationToken);
            await copy.IdAsync(job.CustomerId, cancellationToken);
            await copy.ValueAsync(job.StartDate, NpgsqlDbType.Date, cancellationToken);
            await copy.ValueAsync(job.EndDate, NpgsqlDbType.Date, cancellationToken);
            await copy.TextAsync(job.Notes, cancellationToken);
            await copy.IdAsync(users.Owner, cancellationToken);
            await copy.WriteAsync(job.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.IdAsync(users.Owner, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private async Task CopyAssignmentsAsync(
        NpgsqlConnection connection, List<SampleJob> jobs, int firstIndex, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY job_assignments (id, job_id, user_id, assigned_at, updated_by_id) FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        for (var i = 0; i < jobs.Count; i++)
        {
            for (var place = 0; place < jobs[i].Workers.Length; place++)
            {
                // A job has two workers at most.
                var id = SampleId.Of(SampleKind.Assignment, ((firstIndex + i) * 2) + place);
                await copy.StartRowAsync(cancellationToken);
                await copy.IdAsync(id, cancellationToken);
                await copy.IdAsync(jobs[i].Id, cancellationToken);
                await copy.IdAsync(users.Workers[jobs[i].Workers[place]], cancellationToken);
                await copy.WriteAsync(jobs[i].CreatedAt.AddMinutes(5), NpgsqlDbType.TimestampTz, cancellationToken);
                await copy.IdAsync(users.Owner, cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    // The history is the triggers' own: every job takes its next step by an ordinary update.
    private async Task ChangeStatusesAsync(
        NpgsqlConnection connection, List<SampleJob> jobs, int step, CancellationToken cancellationToken)
    {
        var changed = jobs.Where(job => job.Statuses.Length > step).ToList();
        await using var command = new NpgsqlCommand(
            """
            UPDATE jobs SET status = n.status, updated_by_id = n.worker_id
            FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS n (id, status, worker_id)
            WHERE jobs.id = n.id
            """,
            connection);
        command.Parameters.AddWithValue(changed.Select(job => job.Id).ToArray());
        command.Parameters.AddWithValue(changed.Select(job => job.Statuses[step]).ToArray());
        command.Parameters.AddWithValue(changed.Select(job => users.Workers[job.Workers[0]]).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
