using KhsCrm.SyncClient.Search;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Search;

/// <summary>A search answers the same with its index, without it, and while it is built.</summary>
public sealed class SearchTests
{
    private static readonly string[] Names =
        ["Ada Byron", "Éva O'Hara", "Ada Lovelace-King", "not a name", "Straße 12", "ÅNGSTRÖM", "日本 Builders", "Byron & Sons", "OR Near"];

    private static readonly string[] Searches =
        ["a", "ad", "ada by", "by", "o", "o'h", "éva", "eva", "stras", "strass", "straß", "ång", "日", "not", "or", "near", "king",
            "555", "555-01", "(555) 01", "55501", "01", "12 555", "+", "%", "\"", "*", "zzz"];

    [Fact]
    public async Task The_index_finds_what_a_look_at_every_row_finds()
    {
        using var device = await TestDevice.OpenAsync();
        Customer[] rows = [.. Names.Select((name, index) => new Customer(Rows.Customer(name)) { Phone = $"555-0{index}0", Email = $"{index}@example.com" })];
        await device.ApplyAsync(Rows.Checkpoint("c", 0, [.. rows.Select(Rows.Saved)]));
        var before = await FoundAsync(device);

        await SearchBuilder.BuildAsync(device.Store, TestDevice.Ct);

        Assert.True(await IsIndexedAsync(device, "ada"));
        Assert.Equal(before, await FoundAsync(device));
        Assert.Contains("ada by: Ada Byron", before);
        Assert.Contains("stras: ", before);
        Assert.Contains("(555) 01: Éva O'Hara", before);
    }

    [Fact]
    public async Task Edits_and_deltas_before_during_and_after_the_build_are_found()
    {
        using var device = await TestDevice.OpenAsync();
        // More than two steps of the builder.
        Customer[] rows = [.. Enumerable.Range(0, 2_500).Select(number => Rows.Customer($"Name{number:0000}"))];
        await device.ApplyAsync(Rows.Checkpoint("c", 0, [.. rows.Select(Rows.Saved)]));
        Assert.True(await SearchBuilder.StepAsync(device.Store, TestDevice.Ct));

        await RenameAsync(rows[10], "Behind");
        await RenameAsync(rows[2_400], "Before");
        await device.ApplyAsync(Rows.Delta("d", Rows.Deleted(EntityType.Customer, rows[11].Id), Rows.Deleted(EntityType.Customer, rows[2_401].Id)));
        await SearchBuilder.BuildAsync(device.Store, TestDevice.Ct);
        await RenameAsync(rows[12], "After");

        Assert.True(await IsIndexedAsync(device, "after"));
        foreach (var name in new[] { "Behind", "Before", "After", "Name0013", "Name2402" })
            Assert.Equal([name], await FindAsync(device, name));
        foreach (var gone in new[] { "Name0010", "Name0011", "Name0012", "Name2400", "Name2401" })
            Assert.DoesNotContain(gone, await FindAsync(device, gone));

        Task RenameAsync(Customer row, string name) =>
            device.Customers.UpdateAsync(row.Id, edit => edit.Name = name, cancellationToken: TestDevice.Ct);
    }

    [Fact]
    public async Task What_is_found_comes_in_pages_by_the_index_and_by_walking()
    {
        using var device = await TestDevice.OpenAsync();
        const int many = 5_100;
        Customer[] rows = [.. Enumerable.Range(0, many).Select(number => Rows.Customer($"{(number < 30 ? "Rare" : "Often")} {number:0000} common"))];
        await device.ApplyAsync(Rows.Checkpoint("c", 0, [.. rows.Select(Rows.Saved)]));
        await SearchBuilder.BuildAsync(device.Store, TestDevice.Ct);

        Assert.True(await IsIndexedAsync(device, "rare"));
        Assert.False(await IsIndexedAsync(device, "common")); // Walking the names fills a page sooner.
        Assert.Equal(30, await CountAsync("rare", pageSize: 7));
        Assert.Equal(many, await CountAsync("common", pageSize: 1_000));

        async Task<int> CountAsync(string search, int pageSize)
        {
            HashSet<string> ids = [];
            string? token = null;
            do
            {
                var page = await device.Customers.ListAsync(new() { Search = search, PageSize = pageSize, PageToken = token }, TestDevice.Ct);
                Assert.All(page.Items, row => Assert.True(ids.Add(row.Id)));
                token = page.NextPageToken;
            }
            while (token is not null);
            return ids.Count;
        }
    }

    [Fact]
    public async Task Jobs_and_materials_are_found_by_their_words()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        Job[] jobs = [new(Rows.Job(customer.Id)) { Title = "Garden wall" }, new(Rows.Job(customer.Id)) { Title = "Roof" }];
        Material[] materials =
        [
            new(Rows.Material(jobs[0].Id)) { ItemName = "Brick, red" },
            new(Rows.Material(jobs[1].Id)) { ItemName = "Brick, grey" },
            new(Rows.Material(jobs[1].Id)) { ItemName = "Brick, off the list", IsDeleted = true },
        ];
        await device.ApplyAsync(Rows.Checkpoint(
            "c", 0, [Rows.Saved(customer), .. jobs.Select(Rows.Saved), .. materials.Select(Rows.Saved)]));

        for (var isIndexed = false; ; isIndexed = true)
        {
            Assert.Equal(jobs[0].Id, Assert.Single((await device.Jobs.ListAsync(new() { Search = "wall gar" }, TestDevice.Ct)).Items).Id);
            Assert.Equal(2, (await device.Materials.SearchAsync("brick", cancellationToken: TestDevice.Ct)).Items.Count);
            Assert.Equal("Brick, grey", Assert.Single((await device.Materials.SearchAsync("gre bri", cancellationToken: TestDevice.Ct)).Items).ItemName);
            if (isIndexed)
                break;
            await SearchBuilder.BuildAsync(device.Store, TestDevice.Ct);
        }
    }

    [Fact]
    public async Task The_longest_search_is_answered()
    {
        using var device = await TestDevice.OpenAsync();
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(Rows.Customer())));
        await SearchBuilder.BuildAsync(device.Store, TestDevice.Ct);

        Assert.Empty(await FindAsync(device, string.Join(' ', Enumerable.Range(0, 250).Select(number => (char)('一' + number)))[..499]));
    }

    [Fact]
    public async Task A_client_builds_the_index_by_itself_when_it_has_synced()
    {
        using var folder = new TempFolder();
        using (var device = await TestDevice.OpenAsync(folder.Path))
            await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(Rows.Customer("Ada"))));

        await using (var client = await KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path }, TestDevice.Ct))
            await client.WhenIdleAsync().WaitAsync(TestDevice.Ct);

        using var again = await TestDevice.OpenAsync(folder.Path);
        Assert.True(await IsIndexedAsync(again, "ada"));
    }

    private static Task<bool> IsIndexedAsync(TestDevice device, string search) => device.Store.ReadAsync(
        connection => SearchIndex.FindsFew(connection, RowTables.Customer, SearchText.Parse(search)!), TestDevice.Ct);

    private static async Task<List<string>> FindAsync(TestDevice device, string search) =>
        [.. (await device.Customers.ListAsync(new() { Search = search }, TestDevice.Ct)).Items.Select(row => row.Name)];

    private static async Task<List<string>> FoundAsync(TestDevice device)
    {
        List<string> found = [];
        foreach (var search in Searches)
            found.Add($"{search}: {string.Join(", ", await FindAsync(device, search))}");
        return found;
    }
}
