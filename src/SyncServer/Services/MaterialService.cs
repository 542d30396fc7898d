using Grpc.Core;
using KhsCrm.Storage.Queries;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Paging;
using KhsCrm.SyncServer.Rows;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class MaterialService(Checklist checklist, RowFinder rows, PageTokens pages, TypedWrites writes)
    : V1.MaterialService.MaterialServiceBase
{
    public override async Task<GetMaterialResponse> GetMaterial(GetMaterialRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var id = RequestFields.Id("material_id", request.MaterialId);
        var row = await rows.FindAsync(user.Id, user.Role, EntityType.Material, id, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RowNotFound, "the material does not exist");
        return new GetMaterialResponse { Material = row.Material.WithEtag() };
    }

    public override async Task<ListChecklistResponse> ListChecklist(ListChecklistRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var job = RequestFields.Id("job_id", request.JobId);
        var page = pages.Open<Checklist.Position>(user, request);
        _ = await rows.FindAsync(user.Id, user.Role, EntityType.Job, job, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RowNotFound, "the job does not exist");
        var (materials, next) = page.Cut(
            await checklist.ReadAsync(
                job, request.UnpurchasedOnly, request.IncludeDeleted, page.After, page.Limit, context.CancellationToken),
            Checklist.Position.Of);
        return new ListChecklistResponse { Materials = { materials.Select(Etags.WithEtag) }, NextPageToken = next };
    }

    public override async Task<AddMaterialResponse> AddMaterial(AddMaterialRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var made = request.Material?.Clone() ?? new Material();
        made.Id = TypedWrites.NewRowId(made.Id, request.RequestId);
        made.IsDeleted = false;
        var row = await writes.CreateAsync(user, new Entity { Material = made }, request.RequestId, context.CancellationToken);
        return new AddMaterialResponse { Material = row.Material.WithEtag() };
    }

    public override async Task<UpdateMaterialResponse> UpdateMaterial(UpdateMaterialRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var mask = Masks.Require(request.UpdateMask, "item_name", "quantity", "unit", "notes");
        var asked = request.Material ?? new Material();
        RequestFields.Id("material.id", asked.Id);
        var row = await writes.UpdateAsync(
            user, new Entity { Material = asked }, mask.Paths, "material.etag", asked.Etag, context.CancellationToken);
        return new UpdateMaterialResponse { Material = row.Material.WithEtag() };
    }

    public override async Task<MarkPurchasedResponse> MarkPurchased(MarkPurchasedRequest request, ServerCallContext context) =>
        new() { Material = await SetAsync(request.MaterialId, request.Etag, new() { Purchased = true }, "purchased", context) };

    public override async Task<UnmarkPurchasedResponse> UnmarkPurchased(UnmarkPurchasedRequest request, ServerCallContext context) =>
        new() { Material = await SetAsync(request.MaterialId, request.Etag, new() { Purchased = false }, "purchased", context) };

    public override async Task<DeleteMaterialResponse> DeleteMaterial(DeleteMaterialRequest request, ServerCallContext context) =>
        new() { Material = await SetAsync(request.MaterialId, request.Etag, new() { IsDeleted = true }, "is_deleted", context) };

    public override async Task<RestoreMaterialResponse> RestoreMaterial(RestoreMaterialRequest request, ServerCallContext context) =>
        new() { Material = await SetAsync(request.MaterialId, request.Etag, new() { IsDeleted = false }, "is_deleted", context) };

    private async Task<Material> SetAsync(string id, string etag, Material asked, string flag, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        RequestFields.Id("material_id", id);
        asked.Id = id;
        var row = await writes.UpdateAsync(user, new Entity { Material = asked }, [flag], "etag", etag, context.CancellationToken);
        return row.Material.WithEtag();
    }
}
