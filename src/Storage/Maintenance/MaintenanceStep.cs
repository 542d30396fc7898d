namespace KhsCrm.Storage.Maintenance;

/// <summary>One statement of a maintenance task.</summary>
/// <param name="Action">What it does, for people to read.</param>
/// <param name="Target">The table, partition or index it is done to.</param>
/// <param name="Sql">The statement.</param>
/// <param name="SizeSql">How many bytes the target has, before and after; null where it cannot be told.</param>
internal sealed record MaintenanceStep(string Action, string Target, string Sql, string? SizeSql = null);
