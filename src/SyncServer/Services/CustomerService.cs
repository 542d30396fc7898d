using Grpc.Core;
using KhsCrm.Storage.Queries;
using KhsCrm.SyncServer.Auth;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class CustomerService(CustomerList list) : V1.CustomerService.CustomerServiceBase
{
    public override async Task<ListCustomersResponse> ListCustomers(ListCustomersRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var query = $"ListCustomers {request.IncludeArchived}";
        var size = PageTokens.Size(request.PageSize);
        var after = PageTokens.Decode(query, request.PageToken) is var (time, id) ? new CustomerList.Position(time, id) : null;
        var customers = await list.ReadAsync(
            user.Id, user.Role, request.IncludeArchived, after, size, context.CancellationToken);
        var response = new ListCustomersResponse { Customers = { customers } };
        if (customers.Count == size)
        {
            var last = customers[^1];
            response.NextPageToken = PageTokens.Encode(query, last.UpdatedAt.ToDateTime(), Guid.Parse(last.Id));
        }

        return response;
    }
}
