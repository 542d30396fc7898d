namespace KhsCrm.Storage.Deltas;

/// <summary>Which history of which database: a restore or a failover begins another timeline, a logical restore is another system.</summary>
/// <param name="SystemIdentifier">Of <c>pg_control_system()</c>.</param>
/// <param name="TimelineId">The timeline that is written to.</param>
internal sealed record DatabaseIdentity(string SystemIdentifier, int TimelineId);
