using KhsCrm.Storage.Deltas;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Sync;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>What was read ahead for a stream that has ended.</summary>
public sealed class UnsentPageTests
{
    private static readonly DeltaScope Owner = new(Guid.Parse(RunningServer.OwnerId), Role.Owner, null, []);

    [Fact]
    public async Task Its_memory_is_given_back_when_the_read_ends_after_the_stream()
    {
        await using var server = await RunningServer.StartAsync();
        var page = await server.Service<DeltaReader>().ReadEncodedAsync(Owner, default, RunningServer.Cancellation);
        Assert.NotEmpty(page.Delta!.ToDelta().Changes);
        var read = new TaskCompletionSource<EncodedDeltaResult>();

        UnsentPage.Drop(read.Task);
        read.SetResult(page);

        Assert.ThrowsAny<ArgumentException>(() => page.Delta.ToDelta());
        UnsentPage.Drop(null);
        UnsentPage.Drop(Task.FromException<EncodedDeltaResult>(new NpgsqlException()));
    }

    [Fact]
    public async Task A_write_that_throws_ends_a_pull_with_its_own_fault_and_leaves_no_read_behind()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync("INSERT INTO customers (name, address) SELECT 'Ann', '1 Road' FROM generate_series(1, 20)");
        // Other readers of the server's own take no place here.
        using var catchUps = new CatchUpReader(
            new DeltaReader(server.DataSource, Options.Create(new DeltaOptions { PageSize = 2 })), Options.Create(new LiveOptions { CatchUpReaders = 1 }));

        await Assert.ThrowsAsync<InvalidCastException>(() => new PullLoop(catchUps, Owner).RunAsync(
            default, _ => throw new InvalidCastException(), _ => Task.CompletedTask, RunningServer.Cancellation));

        // The one place is free again.
        using var next = (await catchUps.ReadAsync(Owner, default, RunningServer.Cancellation)).Delta;
        Assert.NotNull(next);
    }
}
