using System.Data;
using Npgsql;

namespace KhsCrm.Development.SampleData;

/// <summary>
/// Fills a database with customers, jobs and materials that look like a contractor's. For development and measurement;
/// the passwords are public, so never in Production.
/// </summary>
internal static class SampleDataLoader
{
    // Large enough for COPY to pay, small enough for the triggers' transition tables.
    private const int BatchSize = 20_000;

    /// <summary>
    /// Adds what is missing up to the given size, and nothing when it is there. A run that was broken off is carried on
    /// by the next; two runs at once wait for each other.
    /// </summary>
    /// <param name="dataSource">A migrated database.</param>
    /// <param name="size">How much there is to be in the end. The rows of a smaller size are among those of a larger.</param>
    /// <param name="cancellationToken">Stops at the next batch; what was loaded stays.</param>
    /// <exception cref="InvalidOperationException">The database has no owner.</exception>
    public static async Task<SampleDataReport> LoadAsync(
        NpgsqlDataSource dataSource, SampleSize size, CancellationToken cancellationToken)
    {
        Check(size);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock(hashtext('khscrm.sample_data'))", cancellationToken);
        try
        {
            var users = await SampleUsers.EnsureAsync(connection, cancellationToken);
            var customers = await LoadStageAsync(connection, new CustomerStage(size, users), cancellationToken);
            var jobs = await LoadStageAsync(connection, new JobStage(size, users), cancellationToken);
            var materials = await LoadStageAsync(connection, new MaterialStage(size, users), cancellationToken);
            var report = new SampleDataReport(
                new SampleSize(customers.Added, jobs.Added, materials.Added),
                new SampleSize(customers.Total, jobs.Total, materials.Total));
            if (!report.WasComplete)
            {
                await ExecuteAsync(
                    connection,
                    "ANALYZE users, customers, jobs, job_assignments, materials, job_status_history, activity_logs",
                    cancellationToken);
            }

            return report;
        }
        finally
        {
            // Not left to the connection's end: a pool keeps it open.
            if (connection.FullState == ConnectionState.Open)
            {
                await ExecuteAsync(
                    connection, "SELECT pg_advisory_unlock(hashtext('khscrm.sample_data'))", CancellationToken.None);
            }
        }
    }

    private static async Task<(int Added, int Total)> LoadStageAsync(
        NpgsqlConnection connection, SampleStage stage, CancellationToken cancellationToken)
    {
        var loaded = await stage.CountLoadedAsync(connection, cancellationToken);
        for (var from = loaded; from < stage.Wanted; from += BatchSize)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var to = Math.Min(from + BatchSize, stage.Wanted);
            await stage.LoadAsync(connection, from..to, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return (Math.Max(0, stage.Wanted - loaded), Math.Max(loaded, stage.Wanted));
    }

    private static void Check(SampleSize size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size.Customers);
        ArgumentOutOfRangeException.ThrowIfNegative(size.Jobs);
        ArgumentOutOfRangeException.ThrowIfNegative(size.Materials);
        if (size is { Customers: 0, Jobs: > 0 } or { Jobs: 0, Materials: > 0 })
            throw new ArgumentException("Jobs need customers, and materials need jobs.", nameof(size));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
