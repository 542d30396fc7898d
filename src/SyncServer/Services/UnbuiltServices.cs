namespace KhsCrm.SyncServer.Services;

// The typed services to come: they are served, seen by reflection, and answer UNIMPLEMENTED.

internal sealed class OperationsService : V1.OperationsService.OperationsServiceBase;
