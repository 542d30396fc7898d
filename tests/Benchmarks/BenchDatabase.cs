using KhsCrm.Development.Postgres;
using KhsCrm.Storage.Schema;
using Microsoft.Extensions.Logging.Abstractions;

namespace KhsCrm.Benchmarks;

/// <summary>
/// The migrated database that a benchmark runs on: that of <c>--connection</c>, or one in a private cluster as durable as
/// PostgreSQL's defaults make it, gone at the end.
/// </summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private readonly PrivateCluster? _cluster;

    private BenchDatabase(string connectionString, PrivateCluster? cluster) =>
        (ConnectionString, _cluster) = (connectionString, cluster);

    public string ConnectionString { get; }

    /// <summary>Opens it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="countsStatements">Whether a private cluster is to load <c>pg_stat_statements</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<BenchDatabase> OpenAsync(
        Arguments arguments, bool countsStatements, CancellationToken cancellationToken)
    {
        PrivateCluster? cluster = null;
        if (arguments.Connection is not { } connection)
        {
            var settings = new Dictionary<string, string> { ["max_connections"] = "200", ["max_wal_size"] = "4GB" };
            if (countsStatements)
                settings.Add("shared_preload_libraries", "pg_stat_statements");
            var options = new PrivateClusterOptions
            {
                DataFolder = Path.Combine(Path.GetTempPath(), $"khscrm-bench-{Guid.NewGuid():N}"),
                RemoveAtEnd = true,
                Settings = settings,
            };
            cluster = await PrivateCluster.StartAsync(options, NullLogger.Instance, cancellationToken);
            connection = cluster.ConnectionString;
        }

        await SchemaMigrator.MigrateAsync(connection, cancellationToken);
        return new BenchDatabase(connection, cluster);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }
}
