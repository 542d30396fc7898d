using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Queries;

public sealed class CustomerSearchTests : DatabaseTest
{
    [Theory]
    [InlineData("lee", "Ann Lee")]
    [InlineData("roofs", "Roofing Partners")]
    [InlineData("lee oak", "Ann Lee")]
    [InlineData("217-555", "Bob Stone")]
    [InlineData("  217-555 ", "Bob Stone")]
    [InlineData("nobody", null)]
    [InlineData("217%", null)]
    [InlineData("217_555", null)]
    [InlineData(@"217\", null)]
    [InlineData("555", null)]
    [InlineData("the", null)]
    [InlineData("lee') OR true --", null)]
    public async Task It_finds_by_the_words_of_name_and_address_or_the_beginning_of_the_phone(string query, string? found)
    {
        await Sql.InsertCustomerAsync("Ann Lee");
        await Sql.InsertCustomerAsync("Bob Stone", "217-555-0101");
        await Sql.InsertCustomerAsync("Roofing Partners");

        Assert.Equal(found is null ? [] : [found], Names(await SearchAsync(query)));
    }

    [Fact]
    public async Task A_phone_number_with_wildcards_is_found_as_it_is_written()
    {
        await Sql.InsertCustomerAsync("Odd", @"1_2%3\4");
        await Sql.InsertCustomerAsync("Even", "1x2y3z4");

        Assert.Equal(["Odd"], Names(await SearchAsync(@"1_2%3\")));
    }

    [Fact]
    public async Task A_phone_number_is_the_best_match_and_is_called_one()
    {
        await Sql.InsertCustomerAsync("Text 217");
        await Sql.InsertCustomerAsync("Phone 217", "217-555-0101");

        var matches = await SearchAsync("217");

        Assert.Equal(["Phone 217", "Text 217"], Names(matches));
        Assert.Equal([CustomerMatchKind.Phone, CustomerMatchKind.Text], matches.Select(match => match.Kind));
        Assert.Equal(1, matches[0].Rank);
        Assert.InRange(matches[1].Rank, float.Epsilon, 0.999f);
    }

    [Fact]
    public async Task Better_matches_come_first_and_of_equals_those_changed_last()
    {
        await Sql.InsertCustomerAsync("Maple One");
        await Sql.InsertCustomerAsync("Maple Two");
        await Sql.InsertCustomerAsync("Maple Maple Maple");
        await Sql.ExecuteAsync("UPDATE customers SET notes = 'n' WHERE name = 'Maple One'");

        Assert.Equal(["Maple Maple Maple", "Maple One", "Maple Two"], Names(await SearchAsync("maple")));
    }

    [Fact]
    public async Task Pages_join_without_gap_or_overlap()
    {
        for (var i = 0; i < 7; i++)
            await Sql.InsertCustomerAsync(i % 3 == 0 ? $"Oak Oak {i}" : $"Elm {i}", i % 2 == 0 ? "oak-1" : null);
        // All at one time: only the id tells them apart.
        await Sql.ExecuteAsync("ALTER TABLE customers DISABLE TRIGGER USER");
        await Sql.ExecuteAsync("UPDATE customers SET updated_at = '2026-01-01'");
        var all = Names(await SearchAsync("oak"));
        List<string> paged = [];
        CustomerSearch.Position? after = null;
        while (await SearchAsync("oak", after: after, limit: 2) is { Count: > 0 } page)
        {
            paged.AddRange(Names(page));
            after = CustomerSearch.Position.Of(page[^1]);
        }

        Assert.Equal(7, all.Count);
        Assert.Equal(all, paged);
    }

    [Fact]
    public async Task Archived_customers_are_found_only_when_asked_for()
    {
        await Sql.InsertCustomerAsync("Ann Lee");
        await Sql.ExecuteAsync("UPDATE customers SET is_archived = true");

        Assert.Empty(await SearchAsync("lee"));
        Assert.Single(await SearchAsync("lee", includeArchived: true));
    }

    [Fact]
    public async Task A_worker_finds_the_customers_of_their_jobs()
    {
        var worker = await Sql.InsertWorkerAsync();
        var mine = await Sql.InsertCustomerAsync("Lee Mine");
        await Sql.InsertAssignmentAsync(await Sql.InsertJobAsync(mine), worker);
        await Sql.InsertAssignmentAsync(await Sql.InsertJobAsync(mine), worker);
        await Sql.InsertJobAsync(await Sql.InsertCustomerAsync("Lee Other"));

        var search = new CustomerSearch(DataSource);
        Assert.Equal(["Lee Mine"], Names(await search.ReadAsync(worker, Role.Worker, "lee", false, null, 20, Cancellation)));
    }

    [Fact]
    public async Task A_blank_query_is_refused_rather_than_finding_every_phone() =>
        await Assert.ThrowsAsync<ArgumentException>(() => SearchAsync("  "));

    private Task<IReadOnlyList<CustomerMatch>> SearchAsync(
        string query, bool includeArchived = false, CustomerSearch.Position? after = null, int limit = 20) =>
        new CustomerSearch(DataSource).ReadAsync(
            Rows.Owner, Role.Owner, query, includeArchived, after, limit, Cancellation);

    private static List<string> Names(IEnumerable<CustomerMatch> matches) => [.. matches.Select(match => match.Customer.Name)];
}
