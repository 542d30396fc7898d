using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Queries;

public sealed class ChecklistTests : DatabaseTest
{
    private Guid _job;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _job = await Sql.InsertJobAsync();
        await Sql.InsertMaterialAsync(await Sql.InsertJobAsync(), "Another job's");
        foreach (var name in new[] { "Bought", "First", "Second", "Deleted" })
            await Sql.InsertMaterialAsync(_job, name);
        await Sql.ExecuteAsync(
            "UPDATE materials SET purchased = true, purchased_by_id = $1, purchased_at = now() WHERE item_name = 'Bought'",
            Rows.Owner);
        await Sql.ExecuteAsync("UPDATE materials SET is_deleted = true WHERE item_name = 'Deleted'");
    }

    [Theory]
    [InlineData(false, false, "First Second Bought")]
    [InlineData(true, false, "First Second")]
    [InlineData(false, true, "First Second Deleted Bought")]
    [InlineData(true, true, "First Second Deleted")]
    public async Task It_lists_what_is_to_buy_then_what_is_bought(bool unpurchasedOnly, bool includeDeleted, string expected) =>
        Assert.Equal(expected, Names(await ReadAsync(unpurchasedOnly, includeDeleted)));

    [Fact]
    public async Task Pages_join_without_gap_or_overlap()
    {
        await Sql.ExecuteAsync("UPDATE materials SET created_at = '2026-01-01'");
        var all = Names(await ReadAsync(includeDeleted: true));
        List<string> paged = [];
        Checklist.Position? after = null;
        while (await ReadAsync(includeDeleted: true, after: after, limit: 1) is { Count: > 0 } page)
        {
            paged.Add(Names(page));
            after = Checklist.Position.Of(page[^1]);
        }

        Assert.Equal(4, paged.Count);
        Assert.Equal(all, string.Join(' ', paged));
    }

    private Task<IReadOnlyList<Material>> ReadAsync(
        bool unpurchasedOnly = false, bool includeDeleted = false, Checklist.Position? after = null, int limit = 100) =>
        new Checklist(DataSource).ReadAsync(_job, unpurchasedOnly, includeDeleted, after, limit, Cancellation);

    private static string Names(IEnumerable<Material> materials) =>
        string.Join(' ', materials.Select(material => material.ItemName));
}
