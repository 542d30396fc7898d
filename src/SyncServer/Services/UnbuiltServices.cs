namespace KhsCrm.SyncServer.Services;

// The typed services to come: they are served, seen by reflection, and answer UNIMPLEMENTED.

internal sealed class JobService : V1.JobService.JobServiceBase;

internal sealed class MaterialService : V1.MaterialService.MaterialServiceBase;

internal sealed class ActivityService : V1.ActivityService.ActivityServiceBase;

internal sealed class OperationsService : V1.OperationsService.OperationsServiceBase;
