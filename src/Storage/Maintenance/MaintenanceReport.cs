namespace KhsCrm.Storage.Maintenance;

/// <summary>What a run of <see cref="DatabaseMaintenance"/> did.</summary>
/// <param name="PartitionsMade">Months of the audit trail made ahead.</param>
/// <param name="PartitionsDropped">Months of the audit trail dropped.</param>
/// <param name="TombstonesPurged">Deletions forgotten.</param>
/// <param name="OperationsPurged">Operations forgotten by the ledger.</param>
public sealed record MaintenanceReport(
    int PartitionsMade, int PartitionsDropped, long TombstonesPurged, long OperationsPurged);
