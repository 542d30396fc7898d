using Google.Protobuf;
using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Services;

/// <summary>Who may call what, over all typed RPCs at once.</summary>
public sealed class RpcScopeTests
{
    private static readonly string[] SignInRpcs = ["Login", "RefreshToken", "Logout", "ExchangeServiceKey"];

    [Fact]
    public async Task Nothing_but_signing_in_works_without_an_access_token()
    {
        await using var server = await RunningServer.StartAsync();
        var nobody = new Caller(server, []);
        var forger = new Caller(server, RunningServer.Bearer("forged"));

        foreach (var method in Caller.Methods.Where(method => !SignInRpcs.Contains(method.Name)))
        {
            var request = method.InputType.Parser.ParseFrom([]);
            await nobody.FailAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, request);
            await forger.FailAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, request);
        }
    }

    [Fact]
    public async Task What_is_the_owners_is_denied_to_a_worker_whatever_it_names()
    {
        await using var office = await Office.OpenAsync();
        var own = office.Own;
        foreach (var (customer, job, material) in new[] { own, office.Others, Office.Subtree.New() })
        {
            IMessage[] requests =
            [
                new UpdateCustomerRequest { Customer = new() { Id = customer, Name = "Mine" }, UpdateMask = new() { Paths = { "name" } } },
                new ArchiveCustomerRequest { CustomerId = customer },
                new RestoreCustomerRequest { CustomerId = customer },
                new CreateJobRequest { Job = new() { Title = "Job", CustomerId = customer } },
                new UpdateJobRequest { Job = new() { Id = job, Title = "Mine" }, UpdateMask = new() { Paths = { "title" } } },
                new DeleteJobRequest { JobId = job },
                new AssignJobRequest { JobId = job, UserId = office.Worker.UserId },
                new UnassignJobRequest { JobId = job, UserId = office.Worker.UserId },
                new DeleteMaterialRequest { MaterialId = material },
                new RestoreMaterialRequest { MaterialId = material },
                new ListActivityRequest { JobId = job },
            ];
            foreach (var request in requests)
                await office.Worker.FailAsync(StatusCode.PermissionDenied, ErrorReason.NotPermitted, request);
        }

        IMessage[] others =
        [
            new CreateCustomerRequest { Customer = new() { Name = "Name", Address = "Address" } },
            new ListActiveJobsRequest(),
            new ListAssignedJobsRequest { UserId = RunningServer.OwnerId },
            new ListAssignedJobsRequest { UserId = Office.NewId() },
            new GetDatabaseHealthRequest(),
            new GetSyncStatusRequest(),
            new ListDevicesRequest(),
            new RevokeDeviceRequest { DeviceId = Office.NewId() },
            new RunMaintenanceRequest { Task = MaintenanceTask.Partitions },
            new CreateServiceAccountRequest { Name = "Name", Role = Role.Worker },
            new ListServiceAccountsRequest(),
            new RevokeServiceAccountRequest { UserId = office.Worker.UserId },
        ];
        foreach (var request in others)
            await office.Worker.FailAsync(StatusCode.PermissionDenied, ErrorReason.NotPermitted, request);
        Assert.Equal(2L, await office.Server.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Ann Lee' AND NOT is_archived"));
        Assert.Equal(2L, await office.Server.ScalarAsync<long>("SELECT count(*) FROM jobs WHERE title = 'Roof'"));
    }

    /// <summary>A row outside of the scope is told like one that does not exist, to the letter.</summary>
    [Fact]
    public async Task What_is_not_the_workers_does_not_exist_for_them()
    {
        await using var office = await Office.OpenAsync();
        var nowhere = Office.Subtree.New();
        foreach (var (others, missing) in Requests(office.Others).Zip(Requests(nowhere)))
        {
            var status = await office.Worker.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, missing);
            Assert.Equal(status, await office.Worker.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, others));
        }

        var material = new AddMaterialRequest { Material = new() { ItemName = "Nails", JobId = nowhere.Job } };
        var refusal = await office.Worker.FailAsync(StatusCode.FailedPrecondition, ErrorReason.ReferenceNotFound, material);
        Assert.Equal(["job_id"], Faults.Fields(refusal));
        material.Material.JobId = office.Others.Job;
        Assert.Equal(refusal, await office.Worker.FailAsync(StatusCode.FailedPrecondition, ErrorReason.ReferenceNotFound, material));

        // The very same requests are answered about what is the worker's own.
        foreach (var request in Requests(office.Own))
            await office.Worker.CallAsync<IMessage>(request);
        Assert.Equal(
            "Nails/NOT_STARTED",
            await office.Server.ScalarAsync<string>($"SELECT m.item_name || '/' || j.status FROM materials m JOIN jobs j ON j.id = m.job_id WHERE j.id = '{office.Others.Job}'"));
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found_by_an_owner_either()
    {
        await using var office = await Office.OpenAsync();
        var (customer, job, material) = Office.Subtree.New();
        IMessage[] requests =
        [
            .. Requests(Office.Subtree.New()),
            new UpdateCustomerRequest { Customer = new() { Id = customer, Name = "Name" }, UpdateMask = new() { Paths = { "name" } } },
            new ArchiveCustomerRequest { CustomerId = customer },
            new RestoreCustomerRequest { CustomerId = customer },
            new UpdateJobRequest { Job = new() { Id = job, Title = "Title" }, UpdateMask = new() { Paths = { "title" } } },
            new DeleteJobRequest { JobId = job },
            new UnassignJobRequest { JobId = office.Own.Job, UserId = RunningServer.OwnerId },
            new UnassignJobRequest { JobId = job, UserId = office.Worker.UserId },
            new ListAssignedJobsRequest { UserId = Office.NewId() },
            new DeleteMaterialRequest { MaterialId = material },
            new RestoreMaterialRequest { MaterialId = material },
            new GetUserRequest { UserId = Office.NewId() },
            new UpdateUserRequest { User = new() { Id = Office.NewId(), Name = "Name" }, UpdateMask = new() { Paths = { "name" } } },
            new DeactivateUserRequest { UserId = Office.NewId() },
            new ReactivateUserRequest { UserId = Office.NewId() },
            new ResetPasswordRequest { UserId = Office.NewId(), NewPassword = "eight or more" },
            new RevokeSessionRequest { FamilyId = Office.NewId() },
            new DiscardOperationRequest { OperationId = Office.NewId() },
        ];
        foreach (var request in requests)
            await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, request);

        foreach (var (request, field) in new (IMessage, string)[]
        {
            (new CreateJobRequest { Job = new() { Title = "Title", CustomerId = customer } }, "customer_id"),
            (new AssignJobRequest { JobId = job, UserId = office.Worker.UserId }, "job_id"),
            (new AssignJobRequest { JobId = office.Others.Job, UserId = Office.NewId() }, "user_id"),
            (new AddMaterialRequest { Material = new() { ItemName = "Nails", JobId = job } }, "job_id"),
        })
        {
            var status = await office.Owner.FailAsync(StatusCode.FailedPrecondition, ErrorReason.ReferenceNotFound, request);
            Assert.Equal([field], Faults.Fields(status));
        }
    }

    // What a worker may do to their own.
    private static IEnumerable<IMessage> Requests(Office.Subtree tree) =>
    [
        new GetCustomerRequest { CustomerId = tree.Customer },
        new GetJobRequest { JobId = tree.Job },
        new ListJobStatusHistoryRequest { JobId = tree.Job },
        new ChangeJobStatusRequest { JobId = tree.Job, Status = JobStatus.InProgress },
        new ListChecklistRequest { JobId = tree.Job },
        new GetMaterialRequest { MaterialId = tree.Material },
        new UpdateMaterialRequest { Material = new() { Id = tree.Material, ItemName = "Screws" }, UpdateMask = new() { Paths = { "item_name" } } },
        new MarkPurchasedRequest { MaterialId = tree.Material },
        new UnmarkPurchasedRequest { MaterialId = tree.Material },
    ];
}
