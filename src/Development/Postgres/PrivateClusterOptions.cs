namespace KhsCrm.Development.Postgres;

/// <summary>What a <see cref="PrivateCluster"/> is to be.</summary>
internal sealed record PrivateClusterOptions
{
    /// <summary>The folder of the cluster. Made if it is not there; its data is used again if it is.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The database that the connection string names. Made if it is not there.</summary>
    public string Database { get; init; } = "khscrm";

    /// <summary>Throws away the data of an earlier run.</summary>
    public bool Fresh { get; init; }

    /// <summary>The loopback port to listen on, or 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Removes the folder once the server has stopped, even if this process is killed.</summary>
    public bool RemoveAtEnd { get; init; }

    /// <summary>
    /// Server settings by name. By default the cluster is as durable as PostgreSQL's own defaults make it; only
    /// tests, whose data nobody misses, turn <c>fsync</c> off.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a start may take, crash recovery included.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The folder of the PostgreSQL binaries, or null to look for them.</summary>
    public string? BinariesFolder { get; init; }
}
