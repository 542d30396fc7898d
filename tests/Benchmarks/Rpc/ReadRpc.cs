using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Development.SampleData;
using KhsCrm.Storage.Queries;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Benchmarks.Rpc;

/// <summary>An RPC that reads, and the SQL that it comes down to.</summary>
/// <param name="Name">The scenario, without <c>rpc.</c>.</param>
/// <param name="CallAsync">Calls it; <c>turn</c> counts the calls, so that not the same row is read each time.</param>
/// <param name="Write">Writes the SQL of the same turn.</param>
internal sealed record ReadRpc(
    string Name, Func<CallInvoker, int, CallOptions, Task<IMessage>> CallAsync, Action<NpgsqlCommand, int> Write)
{
    // Steps through the rows so that neighbours, which share pages, are far apart in time.
    private const int Stride = 7_919;

    public static IReadOnlyList<ReadRpc> All(SampleSize size, Guid worker)
    {
        var (customer, job, material) = (
            Ids(SampleKind.Customer, size.Customers), Ids(SampleKind.Job, size.Jobs), Ids(SampleKind.Material, size.Materials));
        return
        [
            new("customer_get",
                (wire, turn, options) => Of(new CustomerService.CustomerServiceClient(wire).GetCustomerAsync(new() { CustomerId = $"{customer(turn)}" }, options)),
                (sql, turn) => RowFinder.Write(sql, EntityType.Customer, null, [customer(turn)])),
            new("customer_batch_get_100",
                (wire, turn, options) => Of(new CustomerService.CustomerServiceClient(wire).BatchGetCustomersAsync(
                    new() { CustomerIds = { Batch(customer, turn).Select(id => $"{id}") } }, options)),
                (sql, turn) => RowFinder.Write(sql, EntityType.Customer, null, Batch(customer, turn))),
            new("customer_list",
                (wire, _, options) => Of(new CustomerService.CustomerServiceClient(wire).ListCustomersAsync(new(), options)),
                (sql, _) => CustomerList.Write(sql, null, false, null, 101)),
            new("customer_search_words",
                (wire, _, options) => Of(new CustomerService.CustomerServiceClient(wire).SearchCustomersAsync(new() { Query = "kowalski maple" }, options)),
                (sql, _) => CustomerSearch.Write(sql, null, "kowalski maple", false, null, 21)),
            new("customer_search_phone",
                (wire, _, options) => Of(new CustomerService.CustomerServiceClient(wire).SearchCustomersAsync(new() { Query = "217-555-01" }, options)),
                (sql, _) => CustomerSearch.Write(sql, null, "217-555-01", false, null, 21)),
            new("job_get",
                (wire, turn, options) => Of(new JobService.JobServiceClient(wire).GetJobAsync(new() { JobId = $"{job(turn)}" }, options)),
                (sql, turn) => JobList.WriteOne(sql, null, job(turn))),
            new("job_list",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListJobsAsync(new(), options)),
                (sql, _) => JobList.Write(sql, null, new JobFilter(null, [], null, null, null, null), null, 101)),
            new("job_list_status",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListJobsAsync(new() { Statuses = { JobStatus.WaitingOnMaterials } }, options)),
                (sql, _) => JobList.Write(sql, null, new JobFilter(null, [JobStatus.WaitingOnMaterials], null, null, null, null), null, 101)),
            new("job_list_customer",
                (wire, turn, options) => Of(new JobService.JobServiceClient(wire).ListJobsAsync(new() { CustomerId = $"{customer(turn)}" }, options)),
                (sql, turn) => JobList.Write(sql, null, new JobFilter(customer(turn), [], null, null, null, null), null, 101)),
            new("job_list_worker",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListJobsAsync(new() { AssignedUserId = $"{worker}" }, options)),
                (sql, _) => JobList.Write(sql, null, new JobFilter(null, [], worker, null, null, null), null, 101)),
            new("job_list_active",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListActiveJobsAsync(new(), options)),
                (sql, _) => ActiveJobList.Write(sql, [], null, null, 101)),
            new("job_list_assigned",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListAssignedJobsAsync(new() { UserId = $"{worker}" }, options)),
                (sql, _) => AssignedJobList.Write(sql, worker, [], null, 101)),
            new("job_status_history",
                (wire, turn, options) => Of(new JobService.JobServiceClient(wire).ListJobStatusHistoryAsync(new() { JobId = $"{job(turn)}" }, options)),
                (sql, turn) => StatusHistoryList.Write(sql, job(turn), null, 101)),
            new("material_get",
                (wire, turn, options) => Of(new MaterialService.MaterialServiceClient(wire).GetMaterialAsync(new() { MaterialId = $"{material(turn)}" }, options)),
                (sql, turn) => RowFinder.Write(sql, EntityType.Material, null, [material(turn)])),
            new("material_checklist",
                (wire, turn, options) => Of(new MaterialService.MaterialServiceClient(wire).ListChecklistAsync(new() { JobId = $"{job(turn)}" }, options)),
                (sql, turn) => Checklist.Write(sql, job(turn), false, false, null, 101)),
            new("user_get",
                (wire, _, options) => Of(new UserService.UserServiceClient(wire).GetUserAsync(new() { UserId = $"{worker}" }, options)),
                (sql, _) => RowFinder.Write(sql, EntityType.User, null, [worker])),
            new("user_list",
                (wire, _, options) => Of(new UserService.UserServiceClient(wire).ListUsersAsync(new(), options)),
                (sql, _) => UserList.Write(sql, Role.Unspecified, false, false, null, 101)),
            new("activity_list",
                (wire, _, options) => Of(new ActivityService.ActivityServiceClient(wire).ListActivityAsync(new(), options)),
                (sql, _) => ActivityList.Write(sql, new ActivityFilter(null, null, null, null, null, null), null, 101)),
            new("activity_job",
                (wire, turn, options) => Of(new ActivityService.ActivityServiceClient(wire).ListActivityAsync(new() { JobId = $"{job(turn)}" }, options)),
                (sql, turn) => ActivityList.Write(sql, new ActivityFilter(null, null, null, job(turn), null, null), null, 101)),
            new("activity_entity",
                (wire, turn, options) => Of(new ActivityService.ActivityServiceClient(wire).ListActivityAsync(
                    new() { EntityType = "material", EntityId = $"{material(turn)}" }, options)),
                (sql, turn) => ActivityList.Write(sql, new ActivityFilter("material", material(turn), null, null, null, null), null, 101)),
            new("activity_user",
                (wire, _, options) => Of(new ActivityService.ActivityServiceClient(wire).ListActivityAsync(new() { UserId = $"{worker}" }, options)),
                (sql, _) => ActivityList.Write(sql, new ActivityFilter(null, null, worker, null, null, null), null, 101)),
        ];
    }

    private static async Task<IMessage> Of<T>(AsyncUnaryCall<T> call)
        where T : IMessage => await call;

    private static Func<int, Guid> Ids(SampleKind kind, int count) => turn => SampleId.Of(kind, (int)((long)turn * Stride % count));

    private static Guid[] Batch(Func<int, Guid> id, int turn) => [.. Enumerable.Range(turn, 100).Select(id).Distinct()];
}
