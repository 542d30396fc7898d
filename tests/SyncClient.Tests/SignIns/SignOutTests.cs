using Grpc.Core;
using KhsCrm.SyncClient.Tests.Kit;

namespace KhsCrm.SyncClient.Tests.SignIns;

/// <summary>Signing out and in again, while the client syncs and without a network.</summary>
public sealed class SignOutTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ScriptedServer _server = null!;
    private KhsCrmClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _client = await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Signing_in_again_resumes_the_sync()
    {
        await _client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        _server.AllowsRefresh = false;
        stream.Fail(StatusCode.Unauthenticated, "ACCESS_TOKEN_INVALID");
        await _client.UntilAsync(status => status.State == SyncState.SignedOut);

        await _client.SignInAsync("olga@khscrm.com", "secret", Ct);

        await (await _server.AcceptAsync()).WelcomeAsync();
    }

    [Fact]
    public async Task Signing_out_and_in_again_resumes_the_sync_and_the_observers()
    {
        await _client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 0, Rows.Saved(Rows.Customer("Ada"))));
        await _client.UntilAsync(status => status.State == SyncState.Live);
        await using var pages = _client.Customers.ObserveAsync(cancellationToken: Ct).GetAsyncEnumerator(Ct);
        Assert.True(await pages.MoveNextAsync());
        Assert.Single(pages.Current.Items);

        await _client.SignOutAsync(Ct);
        await UntilEmptyAsync(isEmpty: true);
        await _client.SignInAsync("olga@khscrm.com", "secret", Ct);

        await UntilEmptyAsync(isEmpty: false);
        await (await _server.AcceptAsync()).WelcomeAsync();

        async Task UntilEmptyAsync(bool isEmpty)
        {
            do
                Assert.True(await pages.MoveNextAsync());
            while (pages.Current.Items.Count == 0 != isEmpty);
        }
    }

    [Fact]
    public async Task Signing_out_needs_no_network_and_the_session_ends_when_there_is_one()
    {
        // What was asked before the network came back is not answered any more.
        await _client.DisposeAsync();
        await using var client = await OpenAsync(options => options.AnswerTimeout = TimeSpan.FromSeconds(5));
        _server.IsAuthBlocked = true;

        await client.SignOutAsync(Ct).WaitAsync(ScriptedServer.Hung, Ct);

        Assert.Null((await client.GetDeviceAsync(Ct)).User);
        Assert.Equal(0, _server.Logouts);
        _server.IsAuthBlocked = false;
        await client.SignInAsync("olga@khscrm.com", "secret", Ct);
        await client.StartAsync(Ct);
        await (await _server.AcceptAsync()).WelcomeAsync();
        await _server.LoggedOut.WaitAsync(ScriptedServer.Hung, Ct);
    }

    private Task<KhsCrmClient> OpenAsync(Action<KhsCrmClientOptions>? configure = null) => _server.OpenClientAsync(_folder.Path, options =>
    {
        options.LongestReconnectDelay = TimeSpan.FromMilliseconds(2);
        configure?.Invoke(options);
    });
}
