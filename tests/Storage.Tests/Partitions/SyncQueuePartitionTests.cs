using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Partitions;

public sealed class SyncQueuePartitionTests : DatabaseTest
{
    [Theory]
    [InlineData("pending")]
    [InlineData("processing")]
    [InlineData("completed")]
    [InlineData("failed")]
    public async Task An_item_lies_in_the_partition_of_its_status(string status)
    {
        await Sql.ExecuteAsync(
            "INSERT INTO sync_queue (user_id, operation, entity_type, payload, status) VALUES ($1, 'create', 'job', '{}', $2)",
            Rows.Owner, status);

        Assert.Equal(1, await Sql.CountAsync($"ONLY sync_queue_{status}"));
    }

    [Fact]
    public async Task An_item_moves_with_its_status()
    {
        var item = await Sql.IdAsync(
            "INSERT INTO sync_queue (user_id, operation, entity_type, payload) VALUES ($1, 'create', 'job', '{}') RETURNING id",
            Rows.Owner);

        await Sql.ExecuteAsync("UPDATE sync_queue SET status = 'completed', processed_at = now() WHERE id = $1", item);

        Assert.Equal(0, await Sql.CountAsync("sync_queue_pending"));
        Assert.Equal(item, await Sql.IdAsync("SELECT id FROM sync_queue_completed"));
    }
}
