namespace KhsCrm.Storage.Deltas;

/// <summary>Which history of which database: a restore or a failover begins another timeline, a logical restore is another system.</summary>
/// <param name="System">Of <c>database_identity()</c>: the cluster, the database in it, and its table of timelines.</param>
/// <param name="TimelineId">The timeline that is written to.</param>
internal sealed record DatabaseIdentity(string System, int TimelineId);
