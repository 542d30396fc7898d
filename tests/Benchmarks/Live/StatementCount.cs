using Npgsql;

namespace KhsCrm.Benchmarks.Live;

/// <summary>
/// How often each statement ran while nothing was written, by <c>pg_stat_statements</c>: all of them, those that read no
/// table and those of transactions included.
/// </summary>
internal sealed record StatementCount(IReadOnlyDictionary<string, long> Calls)
{
    // For what goes on for a while after streams were opened.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    public long Total => Calls.Values.Sum();

    public static async Task<StatementCount> TakeAsync(
        NpgsqlDataSource dataSource, TimeSpan time, CancellationToken cancellationToken)
    {
        await Task.Delay(Settling, cancellationToken);
        await ExecuteAsync(dataSource, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", cancellationToken);
        await ExecuteAsync(dataSource, "SELECT pg_stat_statements_reset()", cancellationToken);
        await Task.Delay(time, cancellationToken);
        await using var command = dataSource.CreateCommand(
            """
            SELECT query, sum(calls)::bigint FROM pg_stat_statements
            WHERE query !~ 'pg_stat_statements' GROUP BY query
            """);
        var calls = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            calls.Add(reader.GetString(0), reader.GetInt64(1));
        return new StatementCount(calls);
    }

    /// <summary>Prints each statement with its calls here and there.</summary>
    public void Print(StatementCount other)
    {
        foreach (var query in Calls.Keys.Union(other.Calls.Keys))
        {
            var line = string.Join(' ', query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Console.WriteLine(
                $"  {Calls.GetValueOrDefault(query)} and {other.Calls.GetValueOrDefault(query)} calls: {line[..Math.Min(line.Length, 90)]}");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
