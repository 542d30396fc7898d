namespace KhsCrm.Storage.Maintenance;

/// <summary>What a run of <see cref="DatabaseMaintenance"/> did.</summary>
/// <param name="PartitionsMade">Months of the audit trail made ahead.</param>
/// <param name="PartitionsDropped">Months of the audit trail dropped.</param>
/// <param name="TombstonesPurged">Deletions forgotten.</param>
/// <param name="OperationsPurged">Operations forgotten by the ledger.</param>
public sealed record MaintenanceReport(
    int PartitionsMade, int PartitionsDropped, long TombstonesPurged, long OperationsPurged)
{
    /// <summary>Tokens of expired sessions deleted.</summary>
    public long TokensPurged { get; init; }

    /// <summary>Failed operations forgotten by the ledger.</summary>
    public long FailuresPurged { get; init; }

    /// <summary>Devices forgotten.</summary>
    public long DevicesPurged { get; init; }
}
