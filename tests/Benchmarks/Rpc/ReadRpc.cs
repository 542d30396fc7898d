using Google.Protobuf;
using Grpc.Core;
using KhsCrm.Storage.Queries;
using KhsCrm.Storage.SampleData;
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
                (sql, turn) => ById(sql, "customers", customer(turn))),
            new("customer_batch_get_100",
                (wire, turn, options) => Of(new CustomerService.CustomerServiceClient(wire).BatchGetCustomersAsync(
                    new() { CustomerIds = { Batch(customer, turn).Select(id => $"{id}") } }, options)),
                (sql, turn) => ById(sql, "customers", Batch(customer, turn))),
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
                (sql, turn) => ById(sql, "jobs", job(turn))),
            new("job_list",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListJobsAsync(new(), options)),
                (sql, _) => JobList.Write(sql, null, new JobFilter(null, [], null, null, null, null), null, 101)),
            new("job_list_active",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListActiveJobsAsync(new(), options)),
                (sql, _) => ActiveJobList.Write(sql, [], null, null, 101)),
            new("job_list_assigned",
                (wire, _, options) => Of(new JobService.JobServiceClient(wire).ListAssignedJobsAsync(new() { UserId = $"{worker}" }, options)),
                (sql, _) => AssignedJobList.Write(sql, worker, [], null, 101)),
            new("job_status_history",
                (wire, turn, options) => Of(new JobService.JobServiceClient(wire).ListJobStatusHistoryAsync(new() { JobId = $"{job(turn)}" }, options)),
                (sql, turn) =>
                {
                    sql.CommandText = "SELECT * FROM job_status_history WHERE job_id = $1 ORDER BY changed_at DESC, id DESC LIMIT 101";
                    sql.Parameters.AddWithValue(job(turn));
                }),
            new("material_get",
                (wire, turn, options) => Of(new MaterialService.MaterialServiceClient(wire).GetMaterialAsync(new() { MaterialId = $"{material(turn)}" }, options)),
                (sql, turn) => ById(sql, "materials", material(turn))),
            new("material_checklist",
                (wire, turn, options) => Of(new MaterialService.MaterialServiceClient(wire).ListChecklistAsync(new() { JobId = $"{job(turn)}" }, options)),
                (sql, turn) => Checklist.Write(sql, job(turn), false, false, null, 101)),
            new("user_list",
                (wire, _, options) => Of(new UserService.UserServiceClient(wire).ListUsersAsync(new(), options)),
                (sql, _) => sql.CommandText = "SELECT * FROM users WHERE is_active ORDER BY name, id LIMIT 101"),
            new("activity_list",
                (wire, _, options) => Of(new ActivityService.ActivityServiceClient(wire).ListActivityAsync(new(), options)),
                (sql, _) => ActivityList.Write(sql, new ActivityFilter(null, null, null, null, null, null), null, 101)),
        ];
    }

    private static async Task<IMessage> Of<T>(AsyncUnaryCall<T> call)
        where T : IMessage => await call;

    private static Func<int, Guid> Ids(SampleKind kind, int count) => turn => SampleId.Of(kind, (int)((long)turn * Stride % count));

    private static Guid[] Batch(Func<int, Guid> id, int turn) => [.. Enumerable.Range(turn, 100).Select(id).Distinct()];

    private static void ById(NpgsqlCommand command, string table, params Guid[] ids)
    {
        command.CommandText = $"SELECT * FROM {table} WHERE id = ANY($1)";
        command.Parameters.AddWithValue(ids);
    }
}
