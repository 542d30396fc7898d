using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Materials;

/// <summary>The checklist by typed RPCs.</summary>
public sealed class MaterialServiceTests
{
    [Fact]
    public async Task A_worker_adds_to_the_checklist_of_their_job()
    {
        await using var office = await Office.OpenAsync();
        var sent = new Material
        {
            Id = Office.NewId(),
            JobId = office.Own.Job,
            ItemName = "Tape",
            Quantity = "2.50",
            Unit = "m",
            IsDeleted = true,
            AddedById = RunningServer.OwnerId,
        };

        var made = (await office.Worker.CallAsync<AddMaterialResponse>(new AddMaterialRequest { Material = sent })).Material;

        Assert.Equal(
            ("Tape", "2.5", "m", false, false, office.Worker.UserId),
            (made.ItemName, made.Quantity, made.Unit, made.IsDeleted, made.Purchased, made.AddedById));
        Assert.Equal(made, (await office.Worker.CallAsync<GetMaterialResponse>(new GetMaterialRequest { MaterialId = made.Id })).Material);
        var plain = (await office.Worker.CallAsync<AddMaterialResponse>(
            new AddMaterialRequest { Material = new() { JobId = office.Own.Job, ItemName = "Glue" } })).Material;
        Assert.Equal(("1", "each"), (plain.Quantity, plain.Unit));
    }

    [Fact]
    public async Task A_bad_material_is_refused_by_field_and_rule()
    {
        await using var office = await Office.OpenAsync();
        await office.Owner.FailFieldsAsync(new AddMaterialRequest(), "job_id", "item_name");
        foreach (var quantity in new[] { "0", "-1", "1.234", "1e3", "many", "100000000", "NaN" })
        {
            await office.Owner.FailFieldsAsync(
                new AddMaterialRequest { Material = new() { JobId = office.Own.Job, ItemName = "N", Quantity = quantity } }, "quantity");
        }

        await office.Owner.FailFieldsAsync(
            new UpdateMaterialRequest { Material = new() { Id = office.Own.Material }, UpdateMask = new() { Paths = { "item_name", "unit" } } },
            "item_name",
            "unit");
    }

    [Fact]
    public async Task Buying_is_recorded_once_and_can_be_undone()
    {
        await using var office = await Office.OpenAsync();
        var id = office.Own.Material;

        var bought = (await office.Worker.CallAsync<MarkPurchasedResponse>(new MarkPurchasedRequest { MaterialId = id })).Material;
        Assert.Equal((true, office.Worker.UserId), (bought.Purchased, bought.PurchasedById));
        Assert.NotNull(bought.PurchasedAt);
        Assert.Equal(bought, (await office.Owner.CallAsync<MarkPurchasedResponse>(new MarkPurchasedRequest { MaterialId = id })).Material);
        Assert.False(await office.Server.ScalarAsync<bool>(
            "SELECT bool_or(payload->'entity'->'material' ? 'is_deleted') FROM sync_queue WHERE payload->>'update_mask' = 'purchased'"));

        var undone = (await office.Owner.CallAsync<UnmarkPurchasedResponse>(new UnmarkPurchasedRequest { MaterialId = id })).Material;
        Assert.Equal((false, false, null), (undone.Purchased, undone.HasPurchasedById, undone.PurchasedAt));
        Assert.Equal(undone, (await office.Worker.CallAsync<UnmarkPurchasedResponse>(new UnmarkPurchasedRequest { MaterialId = id })).Material);
    }

    [Fact]
    public async Task An_update_sets_what_is_masked()
    {
        await using var office = await Office.OpenAsync();
        var updated = (await office.Worker.CallAsync<UpdateMaterialResponse>(new UpdateMaterialRequest
        {
            Material = new() { Id = office.Own.Material, ItemName = "not masked", Quantity = "12.5", Notes = "zinc" },
            UpdateMask = new() { Paths = { "quantity", "notes" } },
        })).Material;

        Assert.Equal(("Nails", "12.5", "zinc"), (updated.ItemName, updated.Quantity, updated.Notes));
    }

    [Fact]
    public async Task A_deleted_material_leaves_the_checklist_and_comes_back()
    {
        await using var office = await Office.OpenAsync();
        var id = office.Own.Material;

        var deleted = (await office.Owner.CallAsync<DeleteMaterialResponse>(new DeleteMaterialRequest { MaterialId = id })).Material;
        Assert.True(deleted.IsDeleted);
        Assert.Equal(deleted, (await office.Owner.CallAsync<DeleteMaterialResponse>(new DeleteMaterialRequest { MaterialId = id })).Material);
        Assert.Empty(await ListAsync(office.Worker, new() { JobId = office.Own.Job }));
        Assert.Equal(["Nails"], await ListAsync(office.Worker, new() { JobId = office.Own.Job, IncludeDeleted = true }));
        Assert.Equal(deleted, (await office.Worker.CallAsync<GetMaterialResponse>(new GetMaterialRequest { MaterialId = id })).Material);

        await office.Owner.CallAsync<RestoreMaterialResponse>(new RestoreMaterialRequest { MaterialId = id });
        Assert.Equal(["Nails"], await ListAsync(office.Worker, new() { JobId = office.Own.Job }));
    }

    [Fact]
    public async Task A_checklist_is_paged_while_it_is_worked_on()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            $"""
            INSERT INTO materials (job_id, item_name, added_by_id, created_at)
            SELECT '{office.Own.Job}', 'm' || i, '{RunningServer.OwnerId}', now() + i * interval '1 second' FROM generate_series(1, 9) i;
            UPDATE materials SET purchased = true, purchased_by_id = added_by_id, purchased_at = now() WHERE item_name IN ('m1', 'm9')
            """);
        var request = new ListChecklistRequest { JobId = office.Own.Job, PageSize = 2 };

        // What is bought on the way moves to the end, and so is listed there; what was bought before is not listed twice.
        var names = await Office.PageAsync<ListChecklistResponse, string>(
            office.Worker,
            request,
            page => page.Materials.Select(material => material.ItemName),
            page => office.Server.RunAsync(page == 0
                ? "UPDATE materials SET purchased = true, purchased_by_id = added_by_id, purchased_at = now() WHERE item_name = 'm5'"
                : "UPDATE materials SET notes = coalesce(notes, '') || '!'"));

        Assert.Equal(["Nails", "m2", "m3", "m4", "m6", "m7", "m8", "m1", "m5", "m9"], names);
        request.UnpurchasedOnly = true;
        request.PageSize = 0;
        Assert.Equal(["Nails", "m2", "m3", "m4", "m6", "m7", "m8"], await ListAsync(office.Worker, request));
    }

    private static async Task<IEnumerable<string>> ListAsync(Caller caller, ListChecklistRequest request) =>
        (await caller.CallAsync<ListChecklistResponse>(request)).Materials.Select(material => material.ItemName);
}
