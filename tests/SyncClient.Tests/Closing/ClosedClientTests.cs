using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;

namespace KhsCrm.SyncClient.Tests.Closing;

/// <summary>After the client is closed nothing hangs.</summary>
public sealed class ClosedClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Observations_end_and_calls_say_that_the_client_is_closed()
    {
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        var client = await server.OpenClientAsync(folder.Path);
        var statuses = CountAsync(client.ObserveStatusAsync(Ct));
        var changes = CountAsync(client.ObserveChangesAsync(Ct));
        var pages = CountAsync(client.Customers.ObserveAsync(cancellationToken: Ct));
        var counts = CountAsync(client.Outbox.ObserveCountsAsync(Ct));

        await client.DisposeAsync();
        await client.DisposeAsync();

        await Task.WhenAll(statuses, changes, pages, counts).WaitAsync(ScriptedServer.Hung, Ct);
        client.NotifyNetworkChanged();
        client.Pause();
        client.Resume();
        await CountAsync(client.ObserveStatusAsync(Ct)).WaitAsync(ScriptedServer.Hung, Ct);
        Func<Task>[] calls =
        [
            () => client.StartAsync(Ct), () => client.StopAsync(Ct), () => client.SyncAsync(Ct), () => client.SignOutAsync(Ct),
            () => client.GetDeviceAsync(Ct), () => client.Customers.ListAsync(cancellationToken: Ct),
            () => client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct),
        ];
        foreach (var call in calls)
        {
            var closed = await Assert.ThrowsAsync<ClientClosedException>(() => call().WaitAsync(ScriptedServer.Hung, Ct));
            Assert.Equal(ErrorReason.ClientClosed, closed.Reason);
        }
    }

    [Fact]
    public async Task Edits_and_reads_that_wait_end()
    {
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            var client = await server.OpenClientAsync(folder.Path);
            var loops = Enumerable.Range(0, 8).Select(index => Task.Run(() => LoopAsync(client, index % 2 == 0), Ct)).ToList();
            await client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);

            await client.DisposeAsync();

            await Task.WhenAll(loops).WaitAsync(ScriptedServer.Hung, Ct);
        }
    }

    [Fact]
    public async Task A_container_may_be_closed_synchronously()
    {
        using var folder = new TempFolder();
        var container = new ServiceCollection().AddKhsCrmClient(options => options.DataFolder = folder.Path).BuildServiceProvider();
        var factory = container.GetRequiredService<KhsCrmClientFactory>();
        var client = await factory.GetAsync(Ct);

#pragma warning disable CA1849, VSTHRD103, xUnit1051 // What is tested.
        container.Dispose();
#pragma warning restore CA1849, VSTHRD103, xUnit1051

        await Assert.ThrowsAsync<ClientClosedException>(() => client.GetDeviceAsync(Ct));
        await Assert.ThrowsAsync<ClientClosedException>(() => factory.GetAsync(Ct));
    }

    [Fact]
    public async Task A_second_client_of_the_same_process_is_told_so()
    {
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        await using var client = await server.OpenClientAsync(folder.Path);
        await using var second = await KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path }, Ct);
        await client.StartAsync(Ct);

        var refused = await Assert.ThrowsAsync<StoreInUseException>(() => second.StartAsync(Ct));

        Assert.Contains("client of this process", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorReason.StoreInUse, refused.Reason);
    }

    private static async Task LoopAsync(KhsCrmClient client, bool edits)
    {
        try
        {
            while (true)
            {
                if (edits)
                    await client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
                else
                    await client.Customers.ListAsync(cancellationToken: Ct);
            }
        }
        catch (ClientClosedException)
        {
        }
    }

    private static async Task<int> CountAsync<T>(IAsyncEnumerable<T> items)
    {
        var count = 0;
        await foreach (var _ in items)
            count++;
        return count;
    }
}
