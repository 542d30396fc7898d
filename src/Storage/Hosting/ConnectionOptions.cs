using System.ComponentModel.DataAnnotations;
using KhsCrm.Storage.Push.GroupCommit;

namespace KhsCrm.Storage.Hosting;

/// <summary>
/// How many connections to PostgreSQL one server opens at most. Whoever finds none free waits for one, up to the connection
/// string's <c>Timeout</c>; nobody is refused by PostgreSQL for want of a place.
/// </summary>
public sealed class ConnectionOptions
{
    /// <summary>The pump reads over one connection, and tells other servers over another.</summary>
    internal const int Pump = 2;

    /// <summary>Gets or sets the connections for greetings, reads and everything without a pool of its own: 4 to 1,000, default 24.</summary>
    [Range(4, 1_000)]
    public int Common { get; set; } = 24;

    /// <summary>Gets or sets the connections for owners' first syncs: 1 to 1,000, default 16.</summary>
    [Range(1, 1_000)]
    public int FirstSyncs { get; set; } = 16;

    /// <summary>Gets or sets the connections to the read standby, which do not count for the primary: 1 to 1,000, default 16.</summary>
    [Range(1, 1_000)]
    public int Standby { get; set; } = 16;

    /// <summary>All that one server may open to the primary.</summary>
    public int Total(GroupCommitOptions commits)
    {
        ArgumentNullException.ThrowIfNull(commits);
        return Common + FirstSyncs + commits.Committers + Pump;
    }
}
