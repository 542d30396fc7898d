using System.Diagnostics.CodeAnalysis;
using KhsCrm.Fuzzer.Generation;
using KhsCrm.Fuzzer.Report;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Fuzzer.Traffic;

/// <summary>
/// Another program on the database: it writes with and without care, leaves transactions open, spoils operations that wait,
/// sends notices that are none, ends backends, and tries what the schema forbids.
/// </summary>
[SuppressMessage("Security", "CA2100", Justification = "The fuzzer's own statements.")]
internal sealed class HostileSql(NpgsqlDataSource database, FuzzReport report, Pool pool, int seed)
{
    /// <summary>Notes of a material on which this program's trigger fails.</summary>
    public const string Fails = "fails in a trigger";

    /// <summary>
    /// A row that is visible before it is durable, and two polls of the pump in which it may be shown. What shows it to a device is
    /// wrong when a crash undoes it.
    /// </summary>
    public const string CarelessWrite =
        "SET synchronous_commit = off; BEGIN; INSERT INTO customers (name, address) VALUES ('Careless', 'a'); COMMIT; SELECT pg_sleep(0.6)";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // What the schema refuses.
    private static readonly string[] Forbidden =
    [
        "UPDATE customers SET name = '' WHERE id = '{0}'",
        "UPDATE customers SET email = '' WHERE id = '{0}'",
        "UPDATE customers SET name = '  ' WHERE id = '{0}'",
    ];

    private readonly Random _random = Seeds.Of(seed, "sql");

    /// <summary>
    /// Keeps everybody else from writing until the connection is closed. Each durable commit makes the careless ones before it
    /// durable too, so that amid traffic a crash undoes next to nothing.
    /// </summary>
    public static async Task HushAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await using var command = new NpgsqlCommand(
                    """
                    BEGIN;
                    SET LOCAL lock_timeout = '3s';
                    -- What the careless write refers to may be read with locks, all else not even that.
                    LOCK TABLE users, jobs IN SHARE MODE;
                    LOCK TABLE materials, job_assignments, sync_queue, devices, refresh_tokens IN EXCLUSIVE MODE
                    """,
                    connection);
                await command.ExecuteNonQueryAsync(stop);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                await using var again = new NpgsqlCommand("ROLLBACK", connection);
                await again.ExecuteNonQueryAsync(stop);
            }
        }
    }

    /// <summary>Whether the trigger may make an operation fail.</summary>
    public static bool MayFail(Operation operation) => operation.Entity?.Material?.Notes == Fails;

    public async Task PrepareAsync(CancellationToken stop) => await RunAsync(
        $"""
        CREATE FUNCTION fail_in_a_trigger() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''another program says no''; END' LANGUAGE plpgsql;
        CREATE TRIGGER fails BEFORE INSERT OR UPDATE ON materials FOR EACH ROW WHEN (NEW.notes = '{Fails}') EXECUTE FUNCTION fail_in_a_trigger();
        """,
        stop);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await StepAsync(stop);
                await Task.Delay(Pause, stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException)
            {
                // A constraint, or a backend that was killed.
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private Task StepAsync(CancellationToken stop)
    {
        var job = pool.Pick("job", _random);
        var edit = $"UPDATE jobs SET notes = '{Guid.CreateVersion7()}' WHERE id = '{job}'";
        return _random.Next(12) switch
        {
            0 => RunAsync(edit, stop),
            1 => RunAsync($"SET synchronous_commit = off; {edit}", stop),
            2 => RunAsync($"BEGIN; {edit}; ROLLBACK", stop),
            3 => RunAsync($"BEGIN; SAVEPOINT s; {edit}; ROLLBACK TO s; UPDATE customers SET notes = 'sql' WHERE id = '{pool.Pick("customer", _random)}'; COMMIT", stop),
            4 => RunAsync("BEGIN; SELECT pg_current_xact_id(); SELECT pg_sleep(2); ROLLBACK", stop),
            5 => RunAsync($"BEGIN; {edit}; SELECT pg_sleep(0.1); COMMIT", stop),
            6 => RunAsync($"SELECT pg_notify('khscrm_commits', {OddNotice()})", stop),
            7 => RunAsync("UPDATE sync_queue_pending SET payload = '[]', message = NULL WHERE id = (SELECT id FROM sync_queue_pending ORDER BY created_at DESC LIMIT 1)", stop),
            8 => RunAsync("UPDATE sync_queue_pending SET payload = '{\"entity\": 5}', message = '\\xff' WHERE id = (SELECT id FROM sync_queue_pending ORDER BY created_at DESC LIMIT 1)", stop),
            9 when _random.Next(5) == 0 => RunAsync("SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY random() LIMIT 1) one", stop),
            10 => RunAsync($"DELETE FROM job_assignments WHERE job_id = '{job}'", stop),
            _ => TryForbiddenAsync(stop),
        };
    }

    private string OddNotice() => _random.Next(4) switch
    {
        0 => "''",
        1 => "'{0}'",
        2 => "repeat('x', 7000)",
        _ => "' 0190a000-0000-7000-8000-000000000001 -1 99999999999999999999'",
    };

    private async Task TryForbiddenAsync(CancellationToken stop)
    {
        var sql = Forbidden[_random.Next(Forbidden.Length)];
        await using var command = database.CreateCommand(sql.Replace("{0}", pool.Pick("customer", _random), StringComparison.Ordinal));
        if (await command.ExecuteNonQueryAsync(stop) > 0)
            report.Found(new FuzzFinding("the schema takes what it should refuse", sql, null));
    }

    private async Task RunAsync(string sql, CancellationToken stop)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }
}
