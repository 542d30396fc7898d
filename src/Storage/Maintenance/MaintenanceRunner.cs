using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>Runs a maintenance task on demand, one at a time over all servers, statement by statement.</summary>
public sealed class MaintenanceRunner(
    NpgsqlDataSource dataSource, DatabaseMaintenance schedule, TimeProvider timeProvider)
{
    // Held by an idle transaction on a connection of its own: VACUUM and REINDEX CONCURRENTLY run in none, and a lock of the
    // session would stay on a pooler's connection. It holds no snapshot, so nothing waits for it. Not the schedule's own lock:
    // a REINDEX of hours must not keep the servers from making next month's partition, and a run on demand includes one of the
    // schedule.
    private const string Lock = "hashtext('khscrm.maintenance')";

    /// <summary>The names of these that are no table of the schema.</summary>
    public async Task<IReadOnlyList<string>> FindUnknownTablesAsync(
        IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT n FROM unnest($1) n WHERE NOT EXISTS (
                SELECT FROM pg_class c
                WHERE c.relname = n AND c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p'))
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. names] });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<string> unknown = [];
        while (await rows.ReadAsync(cancellationToken))
            unknown.Add(rows.GetString(0));
        return unknown;
    }

    /// <summary>Runs a task, or says what it would do.</summary>
    /// <param name="task">The task.</param>
    /// <param name="tables">Only these tables, partitions included; none for all.</param>
    /// <param name="isDryRun">Whether to change nothing.</param>
    /// <param name="cancellationToken">Stops it; what is done stays done.</param>
    /// <returns>What was done; null when another run goes on.</returns>
    public async Task<IReadOnlyList<MaintenanceAction>?> RunAsync(
        MaintenanceTask task, IReadOnlyCollection<string> tables, bool isDryRun, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (isDryRun)
            return [.. (await PlanAsync(connection, task, tables, cancellationToken)).Select(Describe)];
        await using var holder = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var hold = await holder.BeginTransactionAsync(cancellationToken);
        if (!await ScalarAsync<bool>(holder, $"SELECT pg_try_advisory_xact_lock({Lock})", cancellationToken))
            return null;
        // PostgreSQL keeps the snapshot of a SELECT until its portal goes, and REINDEX CONCURRENTLY would wait for it for ever. This
        // statement takes the portal's place without a snapshot, and lets the transaction stay idle for as long as the steps take.
        await using (var settle = Create(holder, "SET LOCAL idle_in_transaction_session_timeout = 0"))
            await settle.ExecuteNonQueryAsync(cancellationToken);
        List<MaintenanceAction> actions = [];
        foreach (var step in await PlanAsync(connection, task, tables, cancellationToken))
            actions.Add(await RunAsync(connection, step, cancellationToken));
        if (task != MaintenanceTask.Retention)
            return actions;
        // The same that every server does on its schedule; one that is at it just now does it for us.
        return await schedule.RunAsync(cancellationToken) is { } report ? [.. actions, .. Describe(report)] : actions;
    }

    private static async Task<List<MaintenanceStep>> PlanAsync(
        NpgsqlConnection connection, MaintenanceTask task, IReadOnlyCollection<string> tables, CancellationToken cancellationToken)
    {
        await using var command = Create(connection, MaintenancePlan.For(task));
        if (task is MaintenanceTask.VacuumAnalyze or MaintenanceTask.Reindex)
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. tables] });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<MaintenanceStep> steps = [];
        while (await rows.ReadAsync(cancellationToken))
            steps.Add(MaintenancePlan.Read(rows));
        return steps;
    }

    private async Task<MaintenanceAction> RunAsync(
        NpgsqlConnection connection, MaintenanceStep step, CancellationToken cancellationToken)
    {
        var action = Describe(step);
        var start = timeProvider.GetTimestamp();
        try
        {
            var before = await SizeAsync();
            await using (var command = Create(connection, step.Sql))
                action.RemovedRows = Math.Max(0, await command.ExecuteNonQueryAsync(cancellationToken));
            action.FreedBytes = Math.Max(0, before - await SizeAsync());
        }
        catch (PostgresException exception) when (exception.SqlState is not PostgresErrorCodes.QueryCanceled)
        {
            // Such as a role that may not. The other steps do not need this one.
            action.Error = exception.MessageText;
        }

        action.Duration = Duration.FromTimeSpan(timeProvider.GetElapsedTime(start));
        return action;

        async Task<long> SizeAsync() => step.SizeSql is { } sql ? await ScalarAsync<long>(connection, sql, cancellationToken) : 0;
    }

    private static IEnumerable<MaintenanceAction> Describe(MaintenanceReport report)
    {
        if (report.PartitionsMade > 0)
            yield return new MaintenanceAction { Action = $"create {report.PartitionsMade} partitions", Target = "activity_logs" };
        if (report.PartitionsDropped > 0)
            yield return new MaintenanceAction { Action = $"drop {report.PartitionsDropped} partitions", Target = "activity_logs" };
        if (report.TombstonesPurged > 0)
            yield return new MaintenanceAction { Action = "purge", Target = "tombstones", RemovedRows = report.TombstonesPurged };
        if (report.OperationsPurged > 0)
            yield return new MaintenanceAction { Action = "purge", Target = "sync_queue", RemovedRows = report.OperationsPurged };
        if (report.FailuresPurged > 0)
            yield return new MaintenanceAction { Action = "purge failed", Target = "sync_queue", RemovedRows = report.FailuresPurged };
        if (report.TokensPurged > 0)
            yield return new MaintenanceAction { Action = "purge", Target = "refresh_tokens", RemovedRows = report.TokensPurged };
        if (report.DevicesPurged > 0)
            yield return new MaintenanceAction { Action = "purge", Target = "devices", RemovedRows = report.DevicesPurged };
    }

    private static MaintenanceAction Describe(MaintenanceStep step) => new() { Action = step.Action, Target = step.Target };

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = Create(connection, sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements of MaintenancePlan, whose names are quoted by format.")]
    private static NpgsqlCommand Create(NpgsqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 0 };
}
