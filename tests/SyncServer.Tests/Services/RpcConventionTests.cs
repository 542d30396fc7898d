using Google.Protobuf;
using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Services;

/// <summary>What all typed RPCs have in common: ids, masks, etags, request ids, page tokens (DESIGN §3).</summary>
public sealed class RpcConventionTests
{
    [Fact]
    public async Task What_is_no_id_is_refused_by_name()
    {
        await using var office = await Office.OpenAsync();
        foreach (var bad in new[] { "1", office.Own.Job.ToUpperInvariant(), $"{{{office.Own.Job}}}" })
        {
            foreach (var (request, field) in new (IMessage, string)[]
            {
                (new GetCustomerRequest { CustomerId = bad }, "customer_id"),
                (new BatchGetCustomersRequest { CustomerIds = { office.Own.Customer, bad } }, "customer_ids[1]"),
                (new UpdateCustomerRequest { Customer = new() { Id = bad }, UpdateMask = new() { Paths = { "name" } } }, "customer.id"),
                (new ArchiveCustomerRequest { CustomerId = bad }, "customer_id"),
                (new RestoreCustomerRequest { CustomerId = bad }, "customer_id"),
                (new CreateCustomerRequest { Customer = new() { Id = bad, Name = "N", Address = "A" } }, "id"),
                (new GetJobRequest { JobId = bad }, "job_id"),
                (new ListJobsRequest { CustomerId = bad }, "customer_id"),
                (new ListJobsRequest { AssignedUserId = bad }, "assigned_user_id"),
                (new ListJobsRequest { CreatedById = bad }, "created_by_id"),
                (new ListActiveJobsRequest { AssignedUserId = bad }, "assigned_user_id"),
                (new ListAssignedJobsRequest { UserId = bad }, "user_id"),
                (new CreateJobRequest { Job = new() { Title = "T", CustomerId = bad } }, "customer_id"),
                (new UpdateJobRequest { Job = new() { Id = bad }, UpdateMask = new() { Paths = { "title" } } }, "job.id"),
                (new ChangeJobStatusRequest { JobId = bad, Status = JobStatus.OnHold }, "job_id"),
                (new DeleteJobRequest { JobId = bad }, "job_id"),
                (new AssignJobRequest { JobId = bad, UserId = office.Worker.UserId }, "job_id"),
                (new AssignJobRequest { JobId = office.Others.Job, UserId = bad }, "user_id"),
                (new UnassignJobRequest { JobId = bad, UserId = office.Worker.UserId }, "job_id"),
                (new UnassignJobRequest { JobId = office.Own.Job, UserId = bad }, "user_id"),
                (new ListJobStatusHistoryRequest { JobId = bad }, "job_id"),
                (new GetMaterialRequest { MaterialId = bad }, "material_id"),
                (new ListChecklistRequest { JobId = bad }, "job_id"),
                (new AddMaterialRequest { Material = new() { ItemName = "N", JobId = bad } }, "job_id"),
                (new UpdateMaterialRequest { Material = new() { Id = bad }, UpdateMask = new() { Paths = { "unit" } } }, "material.id"),
                (new MarkPurchasedRequest { MaterialId = bad }, "material_id"),
                (new UnmarkPurchasedRequest { MaterialId = bad }, "material_id"),
                (new DeleteMaterialRequest { MaterialId = bad }, "material_id"),
                (new RestoreMaterialRequest { MaterialId = bad }, "material_id"),
                (new ListActivityRequest { EntityType = "job", EntityId = bad }, "entity_id"),
                (new ListActivityRequest { UserId = bad }, "user_id"),
                (new ListActivityRequest { JobId = bad }, "job_id"),
                (new ListDevicesRequest { UserId = bad }, "user_id"),
                (new RevokeDeviceRequest { DeviceId = bad }, "device_id"),
                (new RevokeServiceAccountRequest { UserId = bad }, "user_id"),
                (new GetUserRequest { UserId = bad }, "user_id"),
                (new UpdateUserRequest { User = new() { Id = bad }, UpdateMask = new() { Paths = { "name" } } }, "user.id"),
                (new DeactivateUserRequest { UserId = bad }, "user_id"),
                (new ReactivateUserRequest { UserId = bad }, "user_id"),
                (new ResetPasswordRequest { UserId = bad, NewPassword = "eight or more" }, "user_id"),
                (new RevokeSessionRequest { FamilyId = bad }, "family_id"),
                (new ListQueueRequest { DeviceId = bad }, "device_id"),
                (new RetryOperationRequest { OperationId = bad }, "operation_id"),
                (new DiscardOperationRequest { OperationId = bad }, "operation_id"),
            })
            {
                await office.Owner.FailFieldsAsync(request, field);
            }
        }
    }

    [Fact]
    public async Task A_mask_names_fields_that_an_update_sets()
    {
        await using var office = await Office.OpenAsync();
        var (customer, job, material) = office.Own;
        foreach (var path in new[] { "", "nonsense", "id", "etag", "updated_by_id", "is_archived", "status", "purchased", "is_deleted", "job_id" })
        {
            foreach (var request in Updates(path))
            {
                var status = await office.Owner.FailAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, request);
                Assert.Equal(["update_mask"], Faults.Fields(status));
                Assert.Contains($"'{path}'", status.Message, StringComparison.Ordinal);
            }
        }

        foreach (var request in Updates())
            await office.Owner.FailFieldsAsync(request, "update_mask");

        IMessage[] Updates(params string[] paths) =>
        [
            new UpdateCustomerRequest { Customer = new() { Id = customer }, UpdateMask = new() { Paths = { paths } } },
            new UpdateJobRequest { Job = new() { Id = job }, UpdateMask = new() { Paths = { paths } } },
            new UpdateMaterialRequest { Material = new() { Id = material }, UpdateMask = new() { Paths = { paths } } },
        ];
    }

    [Fact]
    public async Task An_etag_of_another_version_leaves_the_row_alone()
    {
        await using var office = await Office.OpenAsync();
        var (owner, own) = (office.Owner, office.Own);
        var customer = (await owner.CallAsync<GetCustomerResponse>(new GetCustomerRequest { CustomerId = own.Customer })).Customer.Etag;
        var job = (await owner.CallAsync<GetJobResponse>(new GetJobRequest { JobId = own.Job })).Job.Etag;
        var material = (await owner.CallAsync<GetMaterialResponse>(new GetMaterialRequest { MaterialId = own.Material })).Material.Etag;
        await office.Server.RunAsync("UPDATE customers SET notes = 'n'; UPDATE jobs SET notes = 'n'; UPDATE materials SET notes = 'n'");
        var before = await VersionsAsync();

        foreach (var request in Requests(customer, job, material))
            await owner.FailAsync(StatusCode.Aborted, ErrorReason.Conflict, request);
        foreach (var request in Requests("nonsense", "nonsense", "nonsense"))
            await owner.FailAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, request);
        Assert.Equal(before, await VersionsAsync());

        // With the etag of the row as it is each goes through.
        foreach (var index in Enumerable.Range(0, Requests("", "", "").Length))
        {
            customer = (await owner.CallAsync<GetCustomerResponse>(new GetCustomerRequest { CustomerId = own.Customer })).Customer.Etag;
            job = (await owner.CallAsync<GetJobResponse>(new GetJobRequest { JobId = own.Job })).Job.Etag;
            material = (await owner.CallAsync<GetMaterialResponse>(new GetMaterialRequest { MaterialId = own.Material })).Material.Etag;
            await owner.CallAsync<IMessage>(Requests(customer, job, material)[index]);
        }

        Task<string> VersionsAsync() => office.Server.ScalarAsync<string>(
            "SELECT concat_ws(',', (SELECT string_agg(updated_at::text, ',' ORDER BY id) FROM customers), (SELECT string_agg(updated_at::text, ',' ORDER BY id) FROM jobs), (SELECT string_agg(updated_at::text, ',' ORDER BY id) FROM materials))");

        IMessage[] Requests(string customerTag, string jobTag, string materialTag) =>
        [
            new UpdateCustomerRequest { Customer = new() { Id = own.Customer, Name = "Bea", Etag = customerTag }, UpdateMask = new() { Paths = { "name" } } },
            new ArchiveCustomerRequest { CustomerId = own.Customer, Etag = customerTag },
            new RestoreCustomerRequest { CustomerId = own.Customer, Etag = customerTag },
            new UpdateMaterialRequest { Material = new() { Id = own.Material, Unit = "kg", Etag = materialTag }, UpdateMask = new() { Paths = { "unit" } } },
            new MarkPurchasedRequest { MaterialId = own.Material, Etag = materialTag },
            new UnmarkPurchasedRequest { MaterialId = own.Material, Etag = materialTag },
            new DeleteMaterialRequest { MaterialId = own.Material, Etag = materialTag },
            new RestoreMaterialRequest { MaterialId = own.Material, Etag = materialTag },
            new UpdateJobRequest { Job = new() { Id = own.Job, Title = "Wall", Etag = jobTag }, UpdateMask = new() { Paths = { "title" } } },
            new ChangeJobStatusRequest { JobId = own.Job, Status = JobStatus.OnHold, Etag = jobTag },
            new DeleteJobRequest { JobId = own.Job, Etag = jobTag },
        ];
    }

    [Fact]
    public async Task A_create_sent_again_makes_nothing_new_and_another_request_under_its_id_is_refused()
    {
        await using var office = await Office.OpenAsync();
        foreach (var (request, change) in new (IMessage, Action<IMessage>)[]
        {
            (new CreateCustomerRequest { Customer = new() { Name = "Bea", Address = "2 Elm Street" } }, other => ((CreateCustomerRequest)other).Customer.Name = "Cy"),
            (new CreateJobRequest { Job = new() { Title = "Wall", CustomerId = office.Own.Customer } }, other => ((CreateJobRequest)other).Job.Title = "Door"),
            (new AssignJobRequest { JobId = office.Others.Job, UserId = office.Worker.UserId }, other => ((AssignJobRequest)other).JobId = office.Own.Job),
            (new AddMaterialRequest { Material = new() { ItemName = "Tape", JobId = office.Own.Job } }, other => ((AddMaterialRequest)other).Material.ItemName = "Glue"),
        })
        {
            var requestId = request.Descriptor.FindFieldByName("request_id").Accessor;
            requestId.SetValue(request, "not-an-id");
            await office.Owner.FailFieldsAsync(request, "request_id");
            requestId.SetValue(request, Office.NewId());

            var first = await office.Owner.CallAsync<IMessage>(request);
            var count = await CountAsync();
            Assert.Equal(first, await office.Owner.CallAsync<IMessage>(request));
            Assert.Equal(count, await CountAsync());

            var other = request.Descriptor.Parser.ParseFrom(request.ToByteString());
            change(other);
            await office.Owner.FailFieldsAsync(other, "request_id");
            Assert.Equal(count, await CountAsync());
        }

        Task<long> CountAsync() => office.Server.ScalarAsync<long>(
            "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM jobs) + (SELECT count(*) FROM job_assignments) + (SELECT count(*) FROM materials)");
    }

    [Fact]
    public async Task A_create_sent_again_later_is_answered_with_the_row_as_it_is()
    {
        await using var office = await Office.OpenAsync();
        var request = new CreateJobRequest { Job = new() { Title = "Wall", CustomerId = office.Own.Customer }, RequestId = Office.NewId() };
        var id = (await office.Owner.CallAsync<CreateJobResponse>(request)).Job.Id;
        var changed = (await office.Owner.CallAsync<ChangeJobStatusResponse>(
            new ChangeJobStatusRequest { JobId = id, Status = JobStatus.OnHold })).Job;

        Assert.Equal(changed, (await office.Owner.CallAsync<CreateJobResponse>(request)).Job);
        await office.Owner.CallAsync<DeleteJobResponse>(new DeleteJobRequest { JobId = id });
        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, request);
    }

    [Fact]
    public async Task A_row_with_an_id_or_pair_that_exists_is_not_made_again()
    {
        await using var office = await Office.OpenAsync();
        var (customer, job, material) = office.Others;
        foreach (var request in new IMessage[]
        {
            new CreateCustomerRequest { Customer = new() { Id = customer, Name = "Bea", Address = "2 Elm Street" } },
            new CreateJobRequest { Job = new() { Id = job, Title = "Wall", CustomerId = customer } },
            new AddMaterialRequest { Material = new() { Id = material, ItemName = "Tape", JobId = job } },
            new AssignJobRequest { JobId = office.Own.Job, UserId = office.Worker.UserId },
        })
        {
            await office.Owner.FailAsync(StatusCode.AlreadyExists, ErrorReason.RowExists, request);
        }
    }

    [Fact]
    public async Task A_page_token_is_good_for_its_own_request_and_user_only()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            $"""
            INSERT INTO customers (name, address) SELECT 'Ann ' || i, 'Oak' FROM generate_series(1, 3) i;
            INSERT INTO job_assignments (job_id, user_id) SELECT id, '{office.Worker.UserId}' FROM jobs ON CONFLICT DO NOTHING;
            """);
        var request = new ListCustomersRequest { PageSize = 1 };
        var token = (await office.Owner.CallAsync<ListCustomersResponse>(request)).NextPageToken;
        Assert.NotEmpty(token);
        var workers = (await office.Worker.CallAsync<ListCustomersResponse>(request)).NextPageToken;
        Assert.NotEmpty(workers);

        foreach (var other in new IMessage[]
        {
            new ListCustomersRequest { PageToken = token, IncludeArchived = true },
            new ListCustomersRequest { PageToken = workers },
            new ListCustomersRequest { PageToken = "nonsense" },
            new ListCustomersRequest { PageToken = "not base64!" },
            new ListCustomersRequest { PageToken = token[..^2] },
            new ListCustomersRequest { PageToken = (token[0] == 'A' ? "B" : "A") + token[1..] },
            new SearchCustomersRequest { PageToken = token, Query = "Ann" },
            new ListJobsRequest { PageToken = token },
            new ListActiveJobsRequest { PageToken = token },
            new ListAssignedJobsRequest { PageToken = token },
            new ListJobStatusHistoryRequest { JobId = office.Own.Job, PageToken = token },
            new ListChecklistRequest { JobId = office.Own.Job, PageToken = token },
            new ListActivityRequest { PageToken = token },
            new ListUsersRequest { PageToken = token },
            new ListDevicesRequest { PageToken = token },
            new ListServiceAccountsRequest { PageToken = token },
        })
        {
            await office.Owner.FailFieldsAsync(other, "page_token");
        }

        // The size of a page may change on the way.
        request.PageToken = token;
        request.PageSize = 1_000;
        Assert.Equal(4, (await office.Owner.CallAsync<ListCustomersResponse>(request)).Customers.Count);
    }

    [Fact]
    public async Task A_page_has_1_to_1000_rows()
    {
        await using var office = await Office.OpenAsync();
        foreach (var size in new[] { -1, 1_001, int.MinValue })
        {
            foreach (var request in new IMessage[]
            {
                new ListCustomersRequest { PageSize = size },
                new SearchCustomersRequest { PageSize = size, Query = "Ann" },
                new ListJobsRequest { PageSize = size },
                new ListActiveJobsRequest { PageSize = size },
                new ListAssignedJobsRequest { PageSize = size },
                new ListJobStatusHistoryRequest { JobId = office.Own.Job, PageSize = size },
                new ListChecklistRequest { JobId = office.Own.Job, PageSize = size },
                new ListActivityRequest { PageSize = size },
                new ListUsersRequest { PageSize = size },
                new ListDevicesRequest { PageSize = size },
                new ListServiceAccountsRequest { PageSize = size },
                new ListQueueRequest { PageSize = size },
            })
            {
                await office.Owner.FailFieldsAsync(request, "page_size");
            }
        }
    }
}
