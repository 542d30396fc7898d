using KhsCrm.Development.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace KhsCrm.TestKit;

/// <summary>A server started from this machine's binaries, with data that is nobody's loss.</summary>
internal sealed class BinariesPostgres : PostgresSource
{
    /// <summary>Fast and careless, and room for the tests of a process to run side by side.</summary>
    public static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        ["fsync"] = "off",
        ["full_page_writes"] = "off",
        ["max_connections"] = "200",
        ["max_prepared_transactions"] = "20",
    };

    private readonly PrivateCluster _cluster;

    private BinariesPostgres(PrivateCluster cluster) => _cluster = cluster;

    public override string Origin => "binaries";

    public override string ConnectionString => _cluster.ConnectionString;

    public static async Task<PostgresSource> StartAsync(CancellationToken cancellationToken)
    {
        var options = new PrivateClusterOptions
        {
            DataFolder = ClusterPath.New(),
            RemoveAtEnd = true,
            Settings = Settings,
        };
        return new BinariesPostgres(await PrivateCluster.StartAsync(options, NullLogger.Instance, cancellationToken));
    }

    public override ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
