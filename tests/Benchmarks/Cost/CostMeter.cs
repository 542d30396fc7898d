using KhsCrm.Benchmarks.Push;
using Npgsql;

namespace KhsCrm.Benchmarks.Cost;

/// <summary>What server and PostgreSQL have used so far.</summary>
internal sealed class CostMeter(NpgsqlDataSource database, ServerProcess server)
{
    // The unit of utime and stime in /proc (proc(5)); 100 a second on every Linux that .NET runs on.
    private const double MicrosecondsPerTick = 10_000;

    public async Task<Dictionary<string, double>> ReadAsync(CancellationToken cancellationToken)
    {
        var usage = await server.UsageAsync(cancellationToken);
        // The counters of a backend are told when it is idle, at most once a second (PostgreSQL's manual, "The Cumulative
        // Statistics System"); these two are in shared memory.
        await using var command = database.CreateCommand(
            """
            SELECT pg_current_wal_insert_lsn() - '0/0', (SELECT wal_sync FROM pg_stat_wal), (SELECT array_agg(pid) FROM pg_stat_activity)
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new()
        {
            ["server µs"] = usage.Microseconds,
            ["server bytes"] = usage.Bytes,
            ["PostgreSQL µs"] = reader.GetFieldValue<int[]>(2).Sum(Ticks) * MicrosecondsPerTick,
            ["WAL bytes"] = (double)reader.GetDecimal(0),
            ["flushes"] = reader.GetInt64(1),
        };
    }

    private static long Ticks(int process)
    {
        try
        {
            // Behind the name, which may hold anything, come state, ppid, and so on: utime is the 12th, stime the 13th.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[11]) + long.Parse(fields[12]);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
