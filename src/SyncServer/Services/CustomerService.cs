using Grpc.Core;
using KhsCrm.Storage.Queries;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Paging;
using KhsCrm.SyncServer.Rows;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class CustomerService(
    CustomerList list, CustomerSearch search, RowFinder rows, PageTokens pages, TypedWrites writes)
    : V1.CustomerService.CustomerServiceBase
{
    private const int MaxBatch = 1_000;
    private const int SearchPageSize = 20;

    public override async Task<GetCustomerResponse> GetCustomer(GetCustomerRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var id = RequestFields.Id("customer_id", request.CustomerId);
        var row = await rows.FindAsync(user.Id, user.Role, EntityType.Customer, id, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RowNotFound, "the customer does not exist");
        return new GetCustomerResponse { Customer = row.Customer.WithEtag() };
    }

    public override async Task<BatchGetCustomersResponse> BatchGetCustomers(
        BatchGetCustomersRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (request.CustomerIds.Count is < 1 or > MaxBatch)
            throw RpcFault.Field("customer_ids", "must be 1 to 1,000 ids");
        Guid[] ids = [.. request.CustomerIds.Select((id, i) => RequestFields.Id($"customer_ids[{i}]", id)).Distinct()];
        var found = (await rows.FindAsync(user.Id, user.Role, EntityType.Customer, ids, context.CancellationToken))
            .ToDictionary(row => row.Customer.Id, row => row.Customer.WithEtag());
        var wanted = ids.Select(id => $"{id}").ToLookup(found.ContainsKey);
        return new BatchGetCustomersResponse
        {
            Customers = { wanted[true].Select(id => found[id]) },
            MissingIds = { wanted[false] },
        };
    }

    public override async Task<ListCustomersResponse> ListCustomers(ListCustomersRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var page = pages.Open<CustomerList.Position>(user, request);
        var (customers, next) = page.Cut(
            await list.ReadAsync(user.Id, user.Role, request.IncludeArchived, page.After, page.Limit, context.CancellationToken),
            CustomerList.Position.Of);
        return new ListCustomersResponse { Customers = { customers.Select(Etags.WithEtag) }, NextPageToken = next };
    }

    public override async Task<SearchCustomersResponse> SearchCustomers(SearchCustomersRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var query = RequestFields.Text("query", request.Query, 1, 200);
        var page = pages.Open<CustomerSearch.Position>(user, request, SearchPageSize);
        var (matches, next) = page.Cut(
            await search.ReadAsync(
                user.Id, user.Role, query, request.IncludeArchived, page.After, page.Limit, context.CancellationToken),
            CustomerSearch.Position.Of);
        var response = new SearchCustomersResponse { Matches = { matches }, NextPageToken = next };
        foreach (var match in response.Matches)
            match.Customer.WithEtag();
        return response;
    }

    public override async Task<CreateCustomerResponse> CreateCustomer(CreateCustomerRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var made = request.Customer?.Clone() ?? new Customer();
        made.Id = TypedWrites.NewRowId(made.Id, request.RequestId);
        made.IsArchived = false;
        var row = await writes.CreateAsync(user, new Entity { Customer = made }, request.RequestId, context.CancellationToken);
        return new CreateCustomerResponse { Customer = row.Customer.WithEtag() };
    }

    public override async Task<UpdateCustomerResponse> UpdateCustomer(UpdateCustomerRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var mask = Masks.Require(request.UpdateMask, "name", "phone", "email", "address", "notes");
        var asked = request.Customer ?? new Customer();
        RequestFields.Id("customer.id", asked.Id);
        var row = await writes.UpdateAsync(
            user, new Entity { Customer = asked }, mask.Paths, "customer.etag", asked.Etag, context.CancellationToken);
        return new UpdateCustomerResponse { Customer = row.Customer.WithEtag() };
    }

    public override async Task<ArchiveCustomerResponse> ArchiveCustomer(ArchiveCustomerRequest request, ServerCallContext context) =>
        new() { Customer = await SetArchivedAsync(request.CustomerId, request.Etag, isArchived: true, context) };

    public override async Task<RestoreCustomerResponse> RestoreCustomer(RestoreCustomerRequest request, ServerCallContext context) =>
        new() { Customer = await SetArchivedAsync(request.CustomerId, request.Etag, isArchived: false, context) };

    private async Task<Customer> SetArchivedAsync(string id, string etag, bool isArchived, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        RequestFields.Id("customer_id", id);
        var asked = new Entity { Customer = new Customer { Id = id, IsArchived = isArchived } };
        var row = await writes.UpdateAsync(user, asked, ["is_archived"], "etag", etag, context.CancellationToken);
        return row.Customer.WithEtag();
    }
}
