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
        await server.RunAsync(
            $"INSERT INTO customers (name, address, notes) SELECT 'Large', 'a', repeat('x', 100000) FROM generate_series(1, {Rows})");
        using var call = server.OpenStream(await server.OwnerAsync());
        var hello = NewHello();
        hello.EntityTypes.Add(EntityType.User);
        await call.CatchUpAsync(hello);
        var ids = await server.ScalarAsync<Guid[]>("SELECT array_agg(id) FROM customers WHERE name = 'Large'");

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
