using System.Buffers.Binary;
using System.Security.Cryptography;
using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Verify;

/// <summary>Digests as the contract says they are, over a raw stream.</summary>
public sealed class DigestRequestTests
{
    [Fact]
    public async Task An_idle_stream_is_answered_at_once_by_what_anybody_can_compute_from_the_rows()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync("INSERT INTO customers (name, address) SELECT 'c', 'a' FROM generate_series(1, 300)");
        using var call = server.OpenStream(await server.OwnerAsync());
        var rows = (await call.CatchUpAsync()).Select(change => change.Entity?.Customer).OfType<Customer>().ToList();

        await call.SendAsync(new() { DigestRequest = new() });
        var whole = (await NextDigestsAsync(call)).Single(digest => digest.EntityType == EntityType.Customer);
        await call.SendAsync(new()
        {
            DigestRequest = new() { Entities = { new EntityDigestRequest { EntityType = EntityType.Customer, BucketBits = 3, Buckets = { 2, 5, 5 } } } },
        });
        var parted = Assert.Single(await NextDigestsAsync(call));

        Assert.Equal((300L, Sum(rows), 0, 0), (whole.Count, whole.Digest, whole.BucketBits, whole.BucketDigests.Count));
        Assert.Equal((300L, Sum(rows), 3), (parted.Count, parted.Digest, parted.BucketBits));
        Assert.Equal(Enumerable.Range(0, 8).Select(bucket => Sum(rows.Where(row => Bucket(row, 3) == bucket))), parted.BucketDigests);
        Assert.Equal([2, 5], parted.CompleteBuckets.Select(bucket => bucket.Bucket).Order());
        foreach (var bucket in parted.CompleteBuckets)
            Assert.Equal(rows.Where(row => Bucket(row, 3) == bucket.Bucket).OrderBy(row => row.Id), bucket.Rows.Select(row => row.Customer).OrderBy(row => row.Id));
    }

    [Fact]
    public async Task Buckets_that_do_not_fit_into_a_message_are_left_out_whole()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync("INSERT INTO customers (name, address, notes) SELECT 'c', 'a', repeat('x', 100000) FROM generate_series(1, 30)");
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();

        await call.SendAsync(new()
        {
            DigestRequest = new() { Entities = { new EntityDigestRequest { EntityType = EntityType.Customer, BucketBits = 4, Buckets = { Enumerable.Range(0, 16) } } } },
        });
        var digest = Assert.Single(await NextDigestsAsync(call));

        Assert.InRange(digest.CompleteBuckets.Sum(bucket => bucket.Rows.Count), 1, 10);
        Assert.All(digest.CompleteBuckets, bucket => Assert.Equal(
            digest.BucketDigests[bucket.Bucket], Sum(bucket.Rows.Select(row => row.Customer))));
    }

    [Theory]
    [InlineData(EntityType.Customer, 17, 0)]
    [InlineData(EntityType.Customer, -1, 0)]
    [InlineData(EntityType.Customer, 2, 4)]
    [InlineData(EntityType.Customer, 2, -1)]
    [InlineData(EntityType.ActivityLog, 0, 0)]
    [InlineData(EntityType.Unspecified, 0, 0)]
    [InlineData((EntityType)99, 0, 0)]
    public async Task What_cannot_be_digested_is_refused(EntityType type, int bits, int bucket)
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();

        await call.SendAsync(new()
        {
            DigestRequest = new() { Entities = { new EntityDigestRequest { EntityType = type, BucketBits = bits, Buckets = { bucket } } } },
        });

        await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, call.ReadToEndAsync);
    }

    [Fact]
    public async Task A_request_for_too_much_is_refused()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        EntityDigestRequest Of(EntityType type) => new() { EntityType = type, BucketBits = 16 };
        using var fine = server.OpenStream(owner);
        await fine.CatchUpAsync();
        await fine.SendAsync(new() { DigestRequest = new() { Entities = { Of(EntityType.Customer), Of(EntityType.Job) } } });
        Assert.Equal(2, (await NextDigestsAsync(fine)).Count);
        using var much = server.OpenStream(owner);
        await much.CatchUpAsync();

        await much.SendAsync(new() { DigestRequest = new() { Entities = { Of(EntityType.Customer), Of(EntityType.Job), Of(EntityType.User) } } });

        await Faults.ExpectAsync(StatusCode.ResourceExhausted, ErrorReason.LimitExceeded, much.ReadToEndAsync);
    }

    private static async Task<IReadOnlyList<EntityDigest>> NextDigestsAsync(
        AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call)
    {
        while (true)
        {
            if ((await call.NextAsync()).Delta is not { Digests.Count: > 0 } delta)
                continue;
            Assert.True(delta.Checkpoint);
            return delta.Digests;
        }
    }

    // As sync.proto defines it, and with nothing of the library's code.
    private static ulong Sum(IEnumerable<Customer> rows) => rows.Aggregate(0UL, (sum, row) => unchecked(sum + Hash(row)));

    private static ulong Hash(Customer row)
    {
        var input = new byte[24];
        Guid.Parse(row.Id).TryWriteBytes(input, bigEndian: true, out _);
        var microseconds = (row.UpdatedAt.ToDateTime() - new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc)).Ticks / TimeSpan.TicksPerMicrosecond;
        BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(16), microseconds);
#pragma warning disable CA5351 // The contract's digest.
        return BinaryPrimitives.ReadUInt64BigEndian(MD5.HashData(input));
#pragma warning restore CA5351
    }

    private static int Bucket(Customer row, int bits) =>
        BinaryPrimitives.ReadUInt16BigEndian(Guid.Parse(row.Id).ToByteArray(bigEndian: true).AsSpan(14)) & ((1 << bits) - 1);
}
