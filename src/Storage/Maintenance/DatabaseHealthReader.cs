using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>Measures the database. What cannot be measured is named as a gap, so that nothing missing looks like nothing wrong.</summary>
public sealed class DatabaseHealthReader(NpgsqlDataSource dataSource)
{
    /// <summary>Measures.</summary>
    /// <param name="maxItems">At most so many slow queries, so many tables and so many indexes.</param>
    /// <param name="measureBloat">Whether to read the listed tables for their bloat.</param>
    /// <param name="cancellationToken">Stops the measurement.</param>
    public async Task<DatabaseHealth> ReadAsync(int maxItems, bool measureBloat, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Trouble is when this is asked: it must not wait for what is in the way.
        await ExecuteAsync("SET lock_timeout = '2s'", cancellationToken);
        try
        {
            return await ReadAsync(connection, maxItems, measureBloat, cancellationToken);
        }
        finally
        {
            // The pool resets nothing; a connection that is broken does not go back to it.
            if (connection.FullState == System.Data.ConnectionState.Open)
                await ExecuteAsync("RESET lock_timeout", CancellationToken.None);
        }

        async Task ExecuteAsync(string sql, CancellationToken token)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(token);
        }
    }

    private static async Task<DatabaseHealth> ReadAsync(
        NpgsqlConnection connection, int maxItems, bool measureBloat, CancellationToken cancellationToken)
    {
        var health = (await connection.ReadAsync(HealthQueries.Overview, HealthQueries.ReadOverview, null, cancellationToken)).Single();
        health.Connections.Add(
            await connection.ReadAsync(HealthQueries.Connections, HealthQueries.ReadConnections, null, cancellationToken));
        health.Standbys.Add(
            await connection.ReadAsync(HealthQueries.Standbys, HealthQueries.ReadStandby, null, cancellationToken));
        health.WalArchiving =
            (await connection.ReadAsync(HealthQueries.Archiving, HealthQueries.ReadArchiving, null, cancellationToken)).SingleOrDefault();
        health.Gaps.Add(await connection.ReadAsync(HealthQueries.Rights, HealthQueries.ReadGap, null, cancellationToken));
        await MeasureAsync("tables", async () => health.Tables.Add(
            await connection.ReadAsync(HealthQueries.Tables, HealthQueries.ReadTable, maxItems, cancellationToken)));
        await MeasureAsync("indexes", async () => health.Indexes.Add(
            await connection.ReadAsync(HealthQueries.Indexes, HealthQueries.ReadIndex, maxItems, cancellationToken)));
        await MeasureAsync("pg_stat_statements", async () => health.SlowQueries.Add(
            await connection.ReadAsync(HealthQueries.SlowQueries, HealthQueries.ReadSlowQuery, maxItems, cancellationToken)));
        if (measureBloat)
            await MeasureAsync("pgstattuple", () => MeasureBloatAsync(connection, health, cancellationToken));
        return health;

        async Task MeasureAsync(string source, Func<Task> measure)
        {
            try
            {
                await measure();
            }
            catch (PostgresException exception) when (exception.SqlState is not PostgresErrorCodes.QueryCanceled)
            {
                // Of our own statements only those that need an extension can miss one.
                var isMissing = exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction;
                health.Gaps.Add(new HealthGap
                {
                    Source = source,
                    Message = isMissing ? "the extension is not installed in this database" : exception.MessageText,
                });
            }
        }
    }

    private static async Task MeasureBloatAsync(
        NpgsqlConnection connection, DatabaseHealth health, CancellationToken cancellationToken)
    {
        foreach (var table in health.Tables)
        {
            await using var command = new NpgsqlCommand(
                "SELECT dead_tuple_len + free_space FROM pgstattuple(quote_ident($1)::regclass)", connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table.Name });
            command.CommandTimeout = 0;
            table.BloatBytes = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }
}
