using Google.Protobuf;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Services;

/// <summary>A call whose answer was lost may be made again: what it set stands already, and the answer is the same.</summary>
public sealed class RpcReplayTests
{
    [Fact]
    public async Task An_update_sent_again_changes_nothing_and_has_the_same_answer()
    {
        await using var office = await Office.OpenAsync();
        var (customer, job, material) = office.Own;
        foreach (var request in new IMessage[]
        {
            new UpdateCustomerRequest { Customer = new() { Id = customer, Name = "Bea" }, UpdateMask = new() { Paths = { "name" } } },
            new ArchiveCustomerRequest { CustomerId = customer },
            new RestoreCustomerRequest { CustomerId = customer },
            new UpdateJobRequest { Job = new() { Id = job, Title = "Wall" }, UpdateMask = new() { Paths = { "title" } } },
            new ChangeJobStatusRequest { JobId = job, Status = JobStatus.OnHold },
            new UpdateMaterialRequest { Material = new() { Id = material, Unit = "kg" }, UpdateMask = new() { Paths = { "unit" } } },
            new MarkPurchasedRequest { MaterialId = material },
            new UnmarkPurchasedRequest { MaterialId = material },
            new DeleteMaterialRequest { MaterialId = material },
            new RestoreMaterialRequest { MaterialId = material },
            new UpdateUserRequest { User = new() { Id = office.Worker.UserId, Name = "Wim" }, UpdateMask = new() { Paths = { "name" } } },
            new DeactivateUserRequest { UserId = office.Worker.UserId },
            new ReactivateUserRequest { UserId = office.Worker.UserId },
        })
        {
            var before = await EntriesAsync();
            var first = await office.Owner.CallAsync<IMessage>(request);
            var after = await EntriesAsync();
            Assert.True(after > before, $"{request.Descriptor.Name} changed nothing");

            Assert.Equal(first, await office.Owner.CallAsync<IMessage>(request));
            Assert.Equal(after, await EntriesAsync());
        }

        Task<long> EntriesAsync() => office.Server.ScalarAsync<long>("SELECT count(*) FROM activity_logs");
    }

    [Fact]
    public async Task A_sign_out_sent_again_or_of_nobody_is_answered_all_the_same()
    {
        await using var office = await Office.OpenAsync();
        var request = new LogoutRequest { RefreshToken = (await office.Server.LoginAsync()).Tokens.RefreshToken };

        await office.Owner.CallAsync<LogoutResponse>(request);
        await office.Owner.CallAsync<LogoutResponse>(request);
        await office.Owner.CallAsync<LogoutResponse>(new LogoutRequest());

        // Only that session is over.
        await office.Owner.CallAsync<ListSessionsResponse>(new ListSessionsRequest());
    }
}
