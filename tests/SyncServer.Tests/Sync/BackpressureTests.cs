using Grpc.Net.Client;
using KhsCrm.SyncServer.Sync;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>
/// Promise 7 on the way in: of a device that pushes faster than the database commits the server reads one batch, and then
/// nothing more; what else the device has to say stays with the device, held there by the flow control of HTTP/2.
/// </summary>
public sealed class BackpressureTests
{
    private const int Batches = 6;
    private const int PerBatch = 20;

    // Two batches fill what a stream of HTTP/2 takes before its reader reads.
    private const int NoteLength = 45_000;

    [Fact]
    public async Task A_device_that_pushes_faster_than_the_database_commits_is_held_and_nobody_else_is()
    {
        await using var server = await RunningServer.StartAsync(new() { ["GroupCommit:LockTimeout"] = "00:00:00.020" });
        var owner = await server.OwnerAsync();
        var held = Guid.CreateVersion7();
        await server.RunAsync($"INSERT INTO customers (id, name, address) VALUES ('{held}', 'held', 'a')");
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var greedy = new V1.SyncService.SyncServiceClient(channel).SyncStream(owner, cancellationToken: RunningServer.Cancellation);
        using var modest = server.OpenStream(owner);
        await greedy.CatchUpAsync();
        await modest.CatchUpAsync();
        await using var holder = await server.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(RunningServer.Cancellation);
        await using (var hold = new NpgsqlCommand($"SELECT 1 FROM customers WHERE id = '{held}' FOR UPDATE", holder))
            await hold.ExecuteScalarAsync(RunningServer.Cancellation);

        var written = 0;
        var writing = WriteAsync();
        // The others' batches go by while the greedy one's first waits for the row: many times what it takes to read on.
        for (var seq = 1; seq <= 25; seq++)
        {
            await modest.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(seq, "modest") } } });
            Assert.Equal(OperationOutcome.Applied, Assert.Single((await ReadResultAsync(modest)).Results).Outcome);
        }

        // One batch is with the server. The rest of what was written is in the windows of HTTP/2, which hold less than two.
        Assert.InRange(server.Service<PushMeter>().Measure().WaitingOperations, 0, PerBatch);
        Assert.InRange(Volatile.Read(ref written), 0, 3);
        Assert.False(writing.IsCompleted);

        await transaction.RollbackAsync(RunningServer.Cancellation);
        for (var i = 0; i < Batches; i++)
            Assert.All((await ReadResultAsync(greedy)).Results, result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
        await writing;
        Assert.Equal(Batches * (PerBatch - 1), await server.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'greedy'"));

        async Task WriteAsync()
        {
            for (var i = 0; i < Batches; i++)
            {
                await greedy.SendAsync(new() { PushBatch = Batch(held, 1 + i * PerBatch) });
                Interlocked.Increment(ref written);
            }
        }
    }

    // The first operation wants the row that is held.
    private static PushBatch Batch(Guid held, int seq)
    {
        var note = $"{seq} {new string('x', NoteLength)}";
        var batch = new PushBatch
        {
            Operations =
            {
                new Operation
                {
                    Id = $"{Guid.CreateVersion7()}",
                    ClientSeq = seq,
                    Kind = OperationKind.Update,
                    Entity = new Entity { Customer = new Customer { Id = $"{held}", Notes = $"{seq}" } },
                    UpdateMask = new() { Paths = { "notes" } },
                },
            },
        };
        for (var i = 1; i < PerBatch; i++)
        {
            var create = NewCustomer(seq + i, "greedy");
            create.Entity.Customer.Notes = note;
            batch.Operations.Add(create);
        }

        return batch;
    }

    private static async Task<PushResult> ReadResultAsync(
        Grpc.Core.AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call)
    {
        while (true)
        {
            if ((await call.NextAsync()).PushResult is { } result)
                return result;
        }
    }
}
