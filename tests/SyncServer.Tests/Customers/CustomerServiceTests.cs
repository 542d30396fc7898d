using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Customers;

/// <summary>Customers by typed RPCs: made, read, changed, put away and found.</summary>
public sealed class CustomerServiceTests
{
    [Fact]
    public async Task A_customer_is_stored_as_sent_but_for_what_the_server_sets()
    {
        await using var office = await Office.OpenAsync();
        var sent = new Customer
        {
            Id = Office.NewId(),
            Name = "Zoë",
            Phone = "555",
            Email = "z@x",
            Address = "1 Road",
            Notes = "",
            IsArchived = true,
            UpdatedById = office.Worker.UserId,
            Etag = "mine",
        };

        var made = (await office.Owner.CallAsync<CreateCustomerResponse>(new CreateCustomerRequest { Customer = sent })).Customer;

        var expected = sent.Clone();
        expected.IsArchived = false;
        expected.UpdatedById = RunningServer.OwnerId;
        (expected.CreatedAt, expected.UpdatedAt, expected.Etag) = (made.CreatedAt, made.UpdatedAt, made.Etag);
        Assert.Equal(expected, made);
        Assert.NotEqual("mine", made.Etag);
        Assert.Equal(made, await GetAsync(office, made.Id));
        Assert.NotEmpty((await office.Owner.CallAsync<CreateCustomerResponse>(
            new CreateCustomerRequest { Customer = new() { Name = "No id", Address = "A" } })).Customer.Id);
    }

    [Fact]
    public async Task A_bad_customer_is_refused_by_field_and_rule()
    {
        await using var office = await Office.OpenAsync();
        await office.Owner.FailFieldsAsync(new CreateCustomerRequest(), "name", "address");
        foreach (var (customer, field) in new (Customer, string)[]
        {
            (new() { Name = new string('n', 256) }, "name"),
            (new() { Name = " " }, "name"),
            (new() { Name = "a\0b" }, "name"),
            (new() { Phone = new string('5', 21) }, "phone"),
            (new() { Email = "nobody" }, "email"),
            (new() { Address = new string('a', 10_001) }, "address"),
            (new() { Notes = new string('n', 100_001) }, "notes"),
        })
        {
            customer.Id = office.Own.Customer;
            await office.Owner.FailFieldsAsync(
                new UpdateCustomerRequest { Customer = customer, UpdateMask = new() { Paths = { field } } }, field);
        }
    }

    [Fact]
    public async Task An_update_sets_what_is_masked_and_clears_what_has_no_value()
    {
        await using var office = await Office.OpenAsync();
        var before = await GetAsync(office, office.Own.Customer);
        var request = new UpdateCustomerRequest
        {
            Customer = new() { Id = before.Id, Name = "Bea", Address = "not masked" },
            UpdateMask = new() { Paths = { "name", "phone" } },
        };

        var updated = (await office.Owner.CallAsync<UpdateCustomerResponse>(request)).Customer;

        Assert.Equal(("Bea", false, before.Address), (updated.Name, updated.HasPhone, updated.Address));
        Assert.NotEqual(before.Etag, updated.Etag);
        // What changes nothing is no change.
        Assert.Equal(updated, (await office.Owner.CallAsync<UpdateCustomerResponse>(request)).Customer);
        Assert.Equal(updated, await GetAsync(office, before.Id));
    }

    [Fact]
    public async Task An_archived_customer_keeps_its_jobs_and_comes_back()
    {
        await using var office = await Office.OpenAsync();
        var id = office.Own.Customer;

        var archived = (await office.Owner.CallAsync<ArchiveCustomerResponse>(new ArchiveCustomerRequest { CustomerId = id })).Customer;
        Assert.True(archived.IsArchived);
        Assert.Equal(archived, (await office.Owner.CallAsync<ArchiveCustomerResponse>(new ArchiveCustomerRequest { CustomerId = id })).Customer);
        Assert.Equal([office.Others.Customer], await ListAsync(office.Owner, new()));
        Assert.Contains(id, await ListAsync(office.Owner, new() { IncludeArchived = true }));
        Assert.True((await GetAsync(office, id)).IsArchived);
        await office.Worker.CallAsync<GetJobResponse>(new GetJobRequest { JobId = office.Own.Job });

        var restored = (await office.Owner.CallAsync<RestoreCustomerResponse>(new RestoreCustomerRequest { CustomerId = id })).Customer;
        Assert.False(restored.IsArchived);
        Assert.Equal(restored, (await office.Owner.CallAsync<RestoreCustomerResponse>(new RestoreCustomerRequest { CustomerId = id })).Customer);
        Assert.Contains(id, await ListAsync(office.Owner, new()));
    }

    [Fact]
    public async Task Many_are_got_in_the_order_asked_and_the_missing_are_named()
    {
        await using var office = await Office.OpenAsync();
        var (own, others, nobody) = (office.Own.Customer, office.Others.Customer, Office.NewId());
        var request = new BatchGetCustomersRequest { CustomerIds = { nobody, others, own, others, nobody } };

        var all = await office.Owner.CallAsync<BatchGetCustomersResponse>(request);
        Assert.Equal([others, own], all.Customers.Select(customer => customer.Id));
        Assert.Equal([nobody], all.MissingIds);
        Assert.Equal(await GetAsync(office, own), all.Customers[1]);
        var workers = await office.Worker.CallAsync<BatchGetCustomersResponse>(request);
        Assert.Equal([own], workers.Customers.Select(customer => customer.Id));
        Assert.Equal([nobody, others], workers.MissingIds);

        await office.Owner.FailFieldsAsync(new BatchGetCustomersRequest(), "customer_ids");
        await office.Owner.FailFieldsAsync(
            new BatchGetCustomersRequest { CustomerIds = { Enumerable.Repeat(own, 1_001) } }, "customer_ids");
    }

    [Fact]
    public async Task A_worker_lists_and_finds_the_customers_of_their_jobs()
    {
        await using var office = await Office.OpenAsync();

        Assert.Equal([office.Own.Customer], await ListAsync(office.Worker, new()));
        Assert.Equal([office.Own.Customer], (await FindAsync(office.Worker, "Ann")).Select(match => match.Customer.Id));
        Assert.Equal(2, (await FindAsync(office.Owner, "Ann")).Count);
    }

    [Fact]
    public async Task A_list_paged_while_rows_change_has_each_unchanged_row_once()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 20) i");

        var names = await Office.PageAsync<ListCustomersResponse, string>(
            office.Owner,
            new ListCustomersRequest { PageSize = 3 },
            page => page.Customers.Select(customer => customer.Name),
            // Rows that were listed and rows that were not come to the front; others are put away or made.
            page => office.Server.RunAsync(page switch
            {
                0 => "UPDATE customers SET notes = 'n' WHERE name IN ('c20', 'c2')",
                1 => "INSERT INTO customers (name, address) VALUES ('new', 'a')",
                2 => "UPDATE customers SET is_archived = true WHERE name IN ('c19', 'c3')",
                _ => "UPDATE customers SET notes = notes || '!' WHERE name = 'c2'",
            }));

        names.RemoveAll(name => name == "Ann Lee");
        Assert.Equal(names.Distinct(), names);
        string[] unchanged = [.. Enumerable.Range(1, 20).Select(i => $"c{i}").Except(["c2", "c3", "c19", "c20"])];
        Assert.Empty(unchanged.Except(names));
        Assert.DoesNotContain("new", names);
        Assert.DoesNotContain("c3", names);
    }

    [Fact]
    public async Task A_search_finds_words_and_the_beginning_of_a_phone_number()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            """
            INSERT INTO customers (name, address, phone, is_archived) VALUES
                ('Bea Stone', '7 Running Lane', '555-0199', false),
                ('Cy Lane', '8 Elm Street', NULL, false),
                ('Old Lane', '9 Elm Street', NULL, true)
            """);

        Assert.Equal(["Bea Stone", "Cy Lane"], (await FindAsync(office.Owner, "lane")).Select(match => match.Customer.Name).Order());
        Assert.Equal(["Bea Stone"], (await FindAsync(office.Owner, "run STONE")).Select(match => match.Customer.Name));
        var phone = Assert.Single(await FindAsync(office.Owner, "555-019"));
        Assert.Equal((1f, CustomerMatchKind.Phone, "Bea Stone"), (phone.Rank, phone.Kind, phone.Customer.Name));
        Assert.NotEmpty(phone.Customer.Etag);
        Assert.Equal(3, (await FindAsync(office.Owner, "lane", includeArchived: true)).Count);
        Assert.Empty(await FindAsync(office.Owner, "100%"));
        foreach (var query in new[] { "", "  ", new string('q', 201), "a\0b" })
            await office.Owner.FailFieldsAsync(new SearchCustomersRequest { Query = query }, "query");
    }

    [Fact]
    public async Task A_search_is_paged_by_rank()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            "INSERT INTO customers (name, address) SELECT repeat('Maple ', i % 3 + 1), 'a ' || i FROM generate_series(1, 12) i");

        var matches = await Office.PageAsync<SearchCustomersResponse, CustomerMatch>(
            office.Owner,
            new SearchCustomersRequest { Query = "maple", PageSize = 5 },
            page => page.Matches,
            page => office.Server.RunAsync($"INSERT INTO customers (name, address) VALUES ('Maple Maple Maple', 'new {page}')"));

        Assert.Equal(12, matches.Select(match => match.Customer.Id).Distinct().Count());
        Assert.Equal(12, matches.Count);
        Assert.Equal(matches.OrderByDescending(match => match.Rank).Select(match => match.Rank), matches.Select(match => match.Rank));
    }

    private static async Task<Customer> GetAsync(Office office, string id) =>
        (await office.Owner.CallAsync<GetCustomerResponse>(new GetCustomerRequest { CustomerId = id })).Customer;

    private static async Task<IEnumerable<string>> ListAsync(Caller caller, ListCustomersRequest request) =>
        (await caller.CallAsync<ListCustomersResponse>(request)).Customers.Select(customer => customer.Id);

    private static async Task<IReadOnlyList<CustomerMatch>> FindAsync(Caller caller, string query, bool includeArchived = false) =>
        (await caller.CallAsync<SearchCustomersResponse>(
            new SearchCustomersRequest { Query = query, IncludeArchived = includeArchived })).Matches;
}
