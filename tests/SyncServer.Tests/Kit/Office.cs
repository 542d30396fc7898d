using Google.Protobuf;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>
/// A running server with an owner and a worker, and two jobs: one that the worker is assigned to, and one of another
/// customer that is none of the worker's business. Each job has a material.
/// </summary>
internal sealed class Office : IAsyncDisposable
{
    private Office(RunningServer server, Caller owner, Caller worker) => (Server, Owner, Worker) = (server, owner, worker);

    public RunningServer Server { get; }

    public Caller Owner { get; }

    public Caller Worker { get; }

    public Subtree Own { get; } = Subtree.New();

    public Subtree Others { get; } = Subtree.New();

    public static async Task<Office> OpenAsync(Dictionary<string, string?>? settings = null)
    {
        var server = await RunningServer.StartAsync(settings);
        var worker = await server.AddUserAsync("w@khscrm.com");
        var office = new Office(
            server,
            new Caller(server, await server.OwnerAsync(), RunningServer.OwnerId),
            new Caller(server, await server.SignInAsync("w@khscrm.com"), $"{worker}"));
        foreach (var (customer, job, material) in new[] { office.Own, office.Others })
        {
            await server.RunAsync(
                $"""
                INSERT INTO customers (id, name, address, phone) VALUES ('{customer}', 'Ann Lee', '1 Oak Street', '555-0100');
                INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{job}', 'Roof', '{customer}', '{RunningServer.OwnerId}');
                INSERT INTO materials (id, job_id, item_name, added_by_id) VALUES ('{material}', '{job}', 'Nails', '{RunningServer.OwnerId}')
                """);
        }

        await server.RunAsync($"INSERT INTO job_assignments (job_id, user_id) VALUES ('{office.Own.Job}', '{worker}')");
        return office;
    }

    public static string NewId() => $"{Guid.CreateVersion7()}";

    /// <summary>Reads a list page by page, with something happening before each page but the first.</summary>
    public static async Task<List<TRow>> PageAsync<TResponse, TRow>(
        Caller caller, IMessage request, Func<TResponse, IEnumerable<TRow>> rowsOf, Func<int, Task>? between = null)
    {
        request = request.Descriptor.Parser.ParseFrom(request.ToByteString());
        var token = request.Descriptor.FindFieldByName("page_token").Accessor;
        List<TRow> rows = [];
        for (var page = 0; ; page++)
        {
            var response = await caller.CallAsync<TResponse>(request);
            rows.AddRange(rowsOf(response));
            var answer = (IMessage)response!;
            var next = (string)answer.Descriptor.FindFieldByName("next_page_token").Accessor.GetValue(answer);
            if (next.Length == 0)
                return rows;
            token.SetValue(request, next);
            await (between?.Invoke(page) ?? Task.CompletedTask);
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A customer, their job, and a material of it.</summary>
    internal sealed record Subtree(string Customer, string Job, string Material)
    {
        public static Subtree New() => new(NewId(), NewId(), NewId());
    }
}
