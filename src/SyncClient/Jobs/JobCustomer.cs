using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The customer of a job.</summary>
internal static class JobCustomer
{
    /// <summary>The customer; null when the device does not have them, which no checkpoint leaves so.</summary>
    public static Customer? Find(StoreConnection connection, Job job) =>
        RowId.TryParse(job.CustomerId) is { } id ? RowTables.Customer.ReadEffective(connection, id)?.Customer : null;
}
