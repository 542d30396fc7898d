using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>A result fits into what a gRPC client takes by default, however large the rows are that it is about.</summary>
public sealed class PushResultTests
{
    private const int Rows = 60;

    [Fact]
    public async Task Rows_beyond_the_bytes_of_a_result_come_by_delta_alone()
    {
        await using var server = await RunningServer.StartAsync();
        var ids = await AddAsync(server, "Large");
        using var call = await OpenAsync(server);
        var late = Rename(ids[0], Rows);
        late.ConflictPolicy = ConflictPolicy.Reject;
        late.Entity.Customer.Name = "Too late";

        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { ids.Select(Rename).Append(late) } } });
        PushResult? result;
        while ((result = (await call.NextAsync()).PushResult) is null)
        {
        }

        Assert.Equal(Rows + 1, result.Results.Count);
        Assert.All(result.Results.Take(Rows), one => Assert.Equal(OperationOutcome.Applied, one.Outcome));
        Assert.Equal("Renamed", result.Results[0].Entity.Customer.Name);
        Assert.Null(result.Results[Rows - 1].Entity);
        // What was rejected is shown beside what stood against it, whatever its size.
        Assert.Equal(OperationOutcome.Rejected, result.Results[Rows].Outcome);
        Assert.Equal("Renamed", result.Results[Rows].Entity.Customer.Name);
        Assert.Equal((long)Rows, await server.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Renamed'"));
    }

    [Fact]
    public async Task Conflicts_that_show_more_than_a_message_takes_come_in_several()
    {
        await using var server = await RunningServer.StartAsync();
        var ids = await AddAsync(server, "Theirs");
        using var call = await OpenAsync(server);
        Operation[] operations = [.. ids.Select(Rename)];
        foreach (var operation in operations)
            operation.ConflictPolicy = ConflictPolicy.Reject;

        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { operations } } });
        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(Rows + 1) } } });
        List<PushResult> parts = [];
        while (parts.Count == 0 || parts[^1].LastClientSeq <= Rows)
        {
            if ((await call.NextAsync()).PushResult is { } part)
                parts.Add(part);
        }

        Assert.InRange(parts.Count, 4, 5);
        Assert.All(parts, part => Assert.Equal(part.Results[^1].ClientSeq, part.LastClientSeq));
        Assert.All(parts, part => Assert.InRange(part.CalculateSize(), 0, 2_621_440 + 110_000));
        var results = parts.SelectMany(part => part.Results).ToList();
        Assert.Equal(Enumerable.Range(1, Rows + 1).Select(seq => (long)seq), results.Select(result => result.ClientSeq));
        Assert.All(results.Take(Rows), result => Assert.Equal(100_000, result.Entity.Customer.Notes.Length));
    }

    private static async Task<Guid[]> AddAsync(RunningServer server, string name)
    {
        await server.RunAsync(
            $"INSERT INTO customers (name, address, notes) SELECT '{name}', 'a', repeat('x', 100000) FROM generate_series(1, {Rows})");
        return await server.ScalarAsync<Guid[]>($"SELECT array_agg(id) FROM customers WHERE name = '{name}'");
    }

    // Of users alone: the rows themselves are not to come by delta.
    private static async Task<AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse>> OpenAsync(RunningServer server)
    {
        var call = server.OpenStream(await server.OwnerAsync());
        var hello = NewHello();
        hello.EntityTypes.Add(EntityType.User);
        await call.CatchUpAsync(hello);
        return call;
    }

    private static Operation Rename(Guid id, int i) => new()
    {
        Id = $"{Guid.CreateVersion7()}",
        ClientSeq = i + 1,
        Kind = OperationKind.Update,
        Entity = new Entity { Customer = new Customer { Id = $"{id}", Name = "Renamed" } },
        UpdateMask = new() { Paths = { "name" } },
        Seen = new Entity { Customer = new Customer { Id = $"{id}", Name = "Large" } },
    };
}
