using Google.Protobuf;
using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Services;

/// <summary>The calls of several callers share a commit: what one of them writes, the next may take away before anybody is answered.</summary>
public sealed class SharedCommitTests
{
    [Fact]
    public async Task A_row_that_goes_in_the_commit_of_its_edit_is_not_found()
    {
        while (!await EditAndLoseAsync(office => office.Owner, office => new DeleteJobRequest { JobId = office.Own.Job }))
            RunningServer.Cancellation.ThrowIfCancellationRequested();
    }

    [Fact]
    public async Task A_row_that_a_worker_may_not_see_after_the_commit_of_its_edit_is_not_found()
    {
        while (!await EditAndLoseAsync(office => office.Worker, office => new UnassignJobRequest { JobId = office.Own.Job, UserId = office.Worker.UserId }))
            RunningServer.Cancellation.ThrowIfCancellationRequested();
    }

    // False where the two had a commit each.
    private static async Task<bool> EditAndLoseAsync(Func<Office, Caller> who, Func<Office, IMessage> loss)
    {
        await using var office = await Office.OpenAsync(new() { ["GroupCommit:Committers"] = "1", ["GroupCommit:LockTimeout"] = "00:01:00" });
        await using var holder = await office.Server.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(RunningServer.Cancellation);
        await using (var command = holder.CreateCommand())
        {
            command.CommandText = $"SELECT 1 FROM customers WHERE id = '{office.Others.Customer}' FOR UPDATE";
            await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
        }

        // The only committer waits for the lock, and these gather behind it.
        var blocked = office.Owner.CallAsync<IMessage>(new ArchiveCustomerRequest { CustomerId = office.Others.Customer });
        while (await office.Server.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0)
        {
            RunningServer.Cancellation.ThrowIfCancellationRequested();
        }

        var edit = who(office).CallAsync<IMessage>(new MarkPurchasedRequest { MaterialId = office.Own.Material });
        await QueueAsync(office, 2);
        var gone = office.Owner.CallAsync<IMessage>(loss(office));
        await QueueAsync(office, 3);
        await transaction.RollbackAsync(RunningServer.Cancellation);

        await Task.WhenAll(blocked, gone);
        if (await Task.WhenAny(edit) is { IsCompletedSuccessfully: true })
            return false;
        await Faults.ExpectAsync(StatusCode.NotFound, ErrorReason.RowNotFound, () => edit);
        return true;
    }

    private static async Task QueueAsync(Office office, int operations)
    {
        while ((await office.Owner.CallAsync<GetSyncStatusResponse>(new GetSyncStatusRequest())).SyncStatus.Push.WaitingOperations < operations)
            RunningServer.Cancellation.ThrowIfCancellationRequested();
    }
}
