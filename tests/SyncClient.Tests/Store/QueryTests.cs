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
}
