using KhsCrm.Cli.Sync;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>What a watch says of the connection.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task A_change_says_who_did_what()
    {
        const string mike = "01900000-0000-7000-8000-000000000002";
        const string id = "0190bbbb-0000-7000-8000-000000000001";
        using var khs = new Khs();
        var job = new Job { Id = id, Title = "Roof", Status = JobStatus.InProgress, UpdatedById = mike, CreatedAt = At(1), UpdatedAt = At(2) };
        await khs.SignInAsync(Role.Owner, new Entity { User = new() { Id = mike, Name = "Mike Davis" } }, new Entity { Job = job });

        Assert.Equal("Mike Davis changed job Roof, in-progress", await DescribeAsync(khs, EntityType.Job, RowChangeKind.Saved));
        await khs.ReceiveAsync(new Entity { Job = new Job(job) { UpdatedAt = At(1) } });
        Assert.Equal("Mike Davis added job Roof, in-progress", await DescribeAsync(khs, EntityType.Job, RowChangeKind.Saved));
        await khs.ReceiveAsync(new Entity { Job = new Job(job) { UpdatedById = "" } });
        Assert.Equal("somebody changed job Roof, in-progress", await DescribeAsync(khs, EntityType.Job, RowChangeKind.Saved));
        Assert.Equal($"customer {id} was deleted", await DescribeAsync(khs, EntityType.Customer, RowChangeKind.Deleted));

        static async Task<string> DescribeAsync(Khs khs, EntityType type, RowChangeKind kind)
        {
            await using var client = await KhsCrmClient.OpenAsync(new() { DataFolder = khs.Folder }, TestContext.Current.CancellationToken);
            return await new WatchedRow(client).DescribeAsync(new(type, id, kind, ChangeSource.Server), TestContext.Current.CancellationToken);
        }

        static Google.Protobuf.WellKnownTypes.Timestamp At(long seconds) => new() { Seconds = seconds };
    }

    [Theory]
    [InlineData(SyncState.Live, SyncState.Offline, "offline: the server asked this device to connect again.")]
    [InlineData(SyncState.CatchingUp, SyncState.Offline, "offline: the server asked this device to connect again.")]
    [InlineData(SyncState.Offline, SyncState.Offline, null)]
    [InlineData(SyncState.Offline, SyncState.Connecting, "connecting")]
    [InlineData(SyncState.CatchingUp, SyncState.Live, "live")]
    public void Each_turn_has_a_line(SyncState last, SyncState state, string? line) =>
        Assert.Equal(line, WatchCommand.Describe(new ClientStatus(state), last));

    [Fact]
    public void A_failure_says_what_failed() =>
        Assert.Equal(
            "offline: The store failed. Trying again.",
            WatchCommand.Describe(new(SyncState.Offline, Failure: new KhsCrmException("The store failed.")), SyncState.Live));
}
