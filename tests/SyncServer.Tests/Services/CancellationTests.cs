using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Services;

/// <summary>A caller that does not wait any longer leaves no statement behind.</summary>
public sealed class CancellationTests
{
    private const string Waiting = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM customers t%'
        """;

    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.DeadlineExceeded)]
    public async Task A_call_given_up_stops_its_statement(StatusCode how)
    {
        await using var office = await Office.OpenAsync();
        await using var holder = await office.Server.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(RunningServer.Cancellation);
        await using (var command = holder.CreateCommand())
        {
            command.CommandText = "LOCK TABLE customers IN ACCESS EXCLUSIVE MODE";
            await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
        }

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(RunningServer.Cancellation);
        // Long enough that the statement is there before, as a rule; where it is not, this shows less and fails for nothing.
        var deadline = how == StatusCode.DeadlineExceeded ? TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(3) : (DateTime?)null;
        var call = office.Owner.CallUntilAsync<SearchCustomersResponse>(
            new SearchCustomersRequest { Query = "Ann" }, deadline, cancel.Token);
        while (!call.IsCompleted && await office.Server.ScalarAsync<long>(Waiting) == 0)
            RunningServer.Cancellation.ThrowIfCancellationRequested();
        if (deadline is null)
            await cancel.CancelAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal(how, exception.StatusCode);
        // The lock is held still: nothing but a cancel can have ended the wait for it.
        while (await office.Server.ScalarAsync<long>(Waiting) > 0)
            RunningServer.Cancellation.ThrowIfCancellationRequested();
        await transaction.RollbackAsync(RunningServer.Cancellation);
        // The connection that was cancelled is as good as any.
        Assert.Equal(2, (await office.Owner.CallAsync<SearchCustomersResponse>(new SearchCustomersRequest { Query = "Ann" })).Matches.Count);
    }
}
