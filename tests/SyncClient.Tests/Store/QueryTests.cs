using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Store;

public sealed class QueryTests
{
    [Fact]
    public async Task Pages_bring_every_row_once_in_order()
    {
        using var device = await TestDevice.OpenAsync();
        string[] names = ["Éva", "ada", "Bea", "Bea", "Zoe"];
        await device.ApplyAsync(Rows.Checkpoint("c", 0, [.. names.Select(name => Rows.Saved(Rows.Customer(name)))]));

        List<string> found = [];
        string? token = null;
        do
        {
            var page = await device.Customers.ListAsync(new() { PageSize = 2, PageToken = token }, TestDevice.Ct);
            found.AddRange(page.Items.Select(row => row.Name));
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal(["ada", "Bea", "Bea", "Zoe", "Éva"], found);
    }

    [Fact]
    public async Task A_search_finds_what_was_only_edited_here()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(row), Rows.Saved(Rows.Customer("Bea"))));
        await device.Customers.UpdateAsync(row.Id, edit => edit.Name = "ÉVA", cancellationToken: TestDevice.Ct);

        var page = await device.Customers.ListAsync(new() { Search = "éva" }, TestDevice.Ct);

        Assert.Equal(row.Id, Assert.Single(page.Items).Id);
        Assert.Empty((await device.Customers.ListAsync(new() { Search = "ada" }, TestDevice.Ct)).Items);
    }

    [Fact]
    public async Task The_checklist_shows_what_is_to_be_bought_first()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        var job = Rows.Job(customer.Id);
        Material[] rows = [.. Enumerable.Range(1, 3).Select(number => Rows.Material(job.Id))];
        for (var index = 0; index < 3; index++)
            (rows[index].ItemName, rows[index].CreatedAt) = ($"Item {index}", Rows.At(index));
        await device.ApplyAsync(Rows.Checkpoint("c", 0, [Rows.Saved(customer), Rows.Saved(job), .. rows.Select(Rows.Saved)]));

        var bought = await device.Materials.MarkPurchasedAsync(rows[0].Id, TestDevice.Ct);

        Assert.Equal(device.User.Id, bought.PurchasedById);
        Assert.NotNull(bought.PurchasedAt);
        Assert.Equal(
            ["Item 1", "Item 2", "Item 0"],
            (await device.Materials.ListAsync(job.Id, cancellationToken: TestDevice.Ct)).Select(row => row.ItemName));
    }

    [Fact]
    public async Task Jobs_are_found_by_customer_status_and_worker()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        var other = Rows.Customer();
        var job = Rows.Job(customer.Id);
        await device.ApplyAsync(Rows.Checkpoint(
            "c", 0, Rows.Saved(device.User), Rows.Saved(customer), Rows.Saved(other), Rows.Saved(job), Rows.Saved(Rows.Job(other.Id))));
        await device.Assignments.AssignAsync(job.Id, device.User.Id, TestDevice.Ct);
        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.OnHold, TestDevice.Ct);

        foreach (var query in new JobQuery[]
        {
            new() { CustomerId = customer.Id }, new() { Status = JobStatus.OnHold }, new() { AssignedToId = device.User.Id },
        })
        {
            Assert.Equal(job.Id, Assert.Single((await device.Jobs.ListAsync(query, TestDevice.Ct)).Items).Id);
        }

        await device.Assignments.UnassignAsync(job.Id, device.User.Id, TestDevice.Ct);
        Assert.Empty((await device.Jobs.ListAsync(new() { AssignedToId = device.User.Id }, TestDevice.Ct)).Items);
    }

    [Fact]
    public async Task An_id_is_found_by_its_beginning()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer(id: "0190aaaa-0000-7000-8000-000000000001");
        await device.ApplyAsync(Rows.Checkpoint(
            "c", 0, Rows.Saved(row), Rows.Saved(Rows.Customer(id: "0190aaab-0000-7000-8000-000000000001"))));

        Assert.Equal([row.Id], await device.Customers.FindIdsAsync("0190aaaa", cancellationToken: TestDevice.Ct));
        Assert.Equal(2, (await device.Customers.FindIdsAsync("0190AAA", cancellationToken: TestDevice.Ct)).Count);
        Assert.Empty(await device.Customers.FindIdsAsync("xyz!", cancellationToken: TestDevice.Ct));
    }

    [Theory]
    [InlineData("byron", true)]
    [InlineData("ADA", true)]
    [InlineData("lane ada", true)] // All words, in any order, of name and address together.
    [InlineData("by mi", true)] // Beginnings of words, as one types.
    [InlineData("yron", false)]
    [InlineData("ada road", false)]
    [InlineData("555-01", true)] // The beginning of the phone number as it is written.
    [InlineData("0100", false)]
    [InlineData("o'hara", true)]
    [InlineData("éva", true)]
    [InlineData("%", false)]
    [InlineData("  ", true)] // Nothing typed yet.
    public async Task A_search_finds_words_of_name_and_address_and_beginnings_of_numbers(string search, bool isFound)
    {
        using var device = await TestDevice.OpenAsync();
        var row = new Customer(Rows.Customer("Ada Byron O'Hara")) { Address = "12 Mill Lane, Éva's Town", Phone = "555-0100" };
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(row)));

        var page = await device.Customers.ListAsync(new() { Search = search, Order = CustomerOrder.LastUpdated, PageSize = 20 }, TestDevice.Ct);

        Assert.Equal(isFound, page.Items.Count == 1);
    }

    [Fact]
    public async Task The_dashboard_shows_active_jobs_with_customer_and_workers_the_last_changed_first()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer("Ada");
        User[] workers = [new() { Id = Rows.NewId(), Name = "Will", Role = Role.Worker }, new() { Id = Rows.NewId(), Name = "Anna", Role = Role.Worker }];
        Job[] jobs =
        [
            new(Rows.Job(customer.Id)) { UpdatedAt = Rows.At(1) },
            new(Rows.Job(customer.Id, status: JobStatus.OnHold)) { UpdatedAt = Rows.At(2) },
            new(Rows.Job(customer.Id, status: JobStatus.Completed)) { UpdatedAt = Rows.At(3) },
        ];
        await device.ApplyAsync(Rows.Checkpoint(
            "c", 0,
            [Rows.Saved(customer), .. workers.Select(Rows.Saved), .. jobs.Select(Rows.Saved),
                .. workers.Select(worker => Rows.Saved(new JobAssignment { Id = Rows.NewId(), JobId = jobs[0].Id, UserId = worker.Id }))]));

        var all = await device.Jobs.ListActiveAsync(cancellationToken: TestDevice.Ct);

        Assert.Equal([jobs[1].Id, jobs[0].Id], all.Items.Select(item => item.Job.Id));
        Assert.Equal(["Ada", "Ada"], all.Items.Select(item => item.CustomerName));
        Assert.Equal(["Anna", "Will"], all.Items[1].AssignedWorkers.Select(worker => worker.Name));
        Assert.Equal(
            [jobs[0].Id],
            (await device.Jobs.ListActiveAsync(new() { AssignedToId = workers[0].Id }, TestDevice.Ct)).Items.Select(item => item.Job.Id));
        Assert.Equal(
            [jobs[1].Id],
            (await device.Jobs.ListActiveAsync(new() { Statuses = [JobStatus.OnHold, JobStatus.InProgress] }, TestDevice.Ct)).Items.Select(item => item.Job.Id));
        var first = await device.Jobs.ListActiveAsync(new() { PageSize = 1 }, TestDevice.Ct);
        Assert.Equal(
            [jobs[0].Id],
            (await device.Jobs.ListActiveAsync(new() { PageSize = 1, PageToken = first.NextPageToken }, TestDevice.Ct)).Items.Select(item => item.Job.Id));
    }

    [Fact]
    public async Task A_workers_view_shows_what_is_to_do_by_day_with_where_the_customer_is()
    {
        using var device = await TestDevice.OpenAsync(Role.Worker);
        var customer = new Customer(Rows.Customer("Ada")) { Phone = "555-0100" };
        Job NewJob(int? day, long created, JobStatus status = JobStatus.NotStarted) => new(Rows.Job(customer.Id, status: status))
        {
            StartDate = day is { } number ? new() { Year = 2026, Month = 5, Day = number } : null,
            CreatedAt = Rows.At(created),
        };
        Job[] jobs = [NewJob(null, 1), NewJob(9, 3), NewJob(9, 2, JobStatus.InProgress), NewJob(8, 4), NewJob(7, 5, JobStatus.OnHold)];
        var notMine = NewJob(1, 1);
        await device.ApplyAsync(Rows.Checkpoint(
            "c", 0,
            [Rows.Saved(device.User), Rows.Saved(customer), Rows.Saved(notMine), .. jobs.Select(Rows.Saved),
                .. jobs.Select(job => Rows.Saved(new JobAssignment { Id = Rows.NewId(), JobId = job.Id, UserId = device.User.Id }))]));

        List<AssignedJob> found = [];
        string? token = null;
        do
        {
            var page = await device.Jobs.ListAssignedAsync(new() { PageSize = 1, PageToken = token }, TestDevice.Ct);
            found.AddRange(page.Items);
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal([jobs[3].Id, jobs[2].Id, jobs[1].Id, jobs[0].Id], found.Select(item => item.Job.Id));
        Assert.All(found, item => Assert.Equal(
            ("Ada", customer.Address, "555-0100"), (item.CustomerName, item.CustomerAddress, item.CustomerPhone)));
        Assert.Equal(
            [jobs[4].Id],
            (await device.Jobs.ListAssignedAsync(new() { Statuses = [JobStatus.OnHold] }, TestDevice.Ct)).Items.Select(item => item.Job.Id));
    }
}
