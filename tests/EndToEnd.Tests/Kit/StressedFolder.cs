using System.Collections.Concurrent;
using KhsCrm.SyncClient;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>
/// A folder whose client is started, stopped, cancelled, closed in the middle of things, opened again, and signed in as one of two
/// users. Whatever is asked of it ends, with an answer or with one of the library's exceptions.
/// </summary>
internal sealed class StressedFolder(string address, Random random) : IAsyncDisposable
{
    // Nothing takes as long: after this, something hangs.
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khs-stress-");
    private readonly ConcurrentQueue<Task> _begun = [];
    private KhsCrmClient _client = null!;

    public string Path => _folder.FullName;

    /// <summary>The client that is open now.</summary>
    public KhsCrmClient Client => _client;

    /// <summary>The customers that were added, as the library answered.</summary>
    public ConcurrentQueue<string> Added { get; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task OpenAsync() => _client = await KhsCrmClient.OpenAsync(
        new()
        {
            DataFolder = Path,
            ServerAddress = address,
            FirstReconnectDelay = TimeSpan.FromMilliseconds(10),
            LongestReconnectDelay = TimeSpan.FromMilliseconds(200),
            KeepAliveInterval = TimeSpan.FromSeconds(1),
            KeepAliveTimeout = TimeSpan.FromSeconds(2),
            AnswerTimeout = TimeSpan.FromSeconds(10),
            OtherProcessPollInterval = TimeSpan.FromMilliseconds(50),
        },
        Cancellation).WaitAsync(Hung);

    /// <summary>Signs the owner in, whatever the network does.</summary>
    public async Task SignInAsOwnerAsync()
    {
        using var hung = new CancellationTokenSource(Hung);
        while (true)
        {
            try
            {
                await _client.SignInAsync("owner@khscrm.com", "owner-demo-1", Cancellation).WaitAsync(Hung);
                return;
            }
            catch (KhsCrmException failure)
            {
                Assert.False(hung.IsCancellationRequested, $"{failure}");
            }
        }
    }

    /// <summary>Does something, and lets some of it run on beside what comes next.</summary>
    public async Task ActAsync()
    {
        switch (random.Next(12))
        {
            case 0:
                await AskAsync(_client.StartAsync(Cancellation));
                break;
            case 1:
                await AskAsync(_client.StopAsync(Cancellation));
                break;
            case 2:
                await AskAsync(CancelledAsync(token => _client.SyncAsync(token)));
                break;
            case 3:
                await AskAsync(CancelledAsync(token => _client.Customers.ListAsync(new() { Search = "stress" }, token)));
                break;
            case 4:
                _client.NotifyNetworkChanged();
                break;
            case 5:
                _client.Pause();
                _client.Resume();
                break;
            case 6:
                Begin(WatchAsync(_client));
                break;
            case 7:
                Begin(AskAsync(_client.SyncAsync(Cancellation)));
                break;
            case 8:
                await ReopenAsync();
                break;
            case 9:
                await ChangeUserAsync();
                break;
            default:
                Begin(AskAsync(AddAsync(_client)));
                await AskAsync(AddAsync(_client));
                break;
        }
    }

    /// <summary>Waits for all that was begun.</summary>
    public async Task FinishAsync()
    {
        await _client.DisposeAsync().AsTask().WaitAsync(Hung);
        await Task.WhenAll(_begun).WaitAsync(Hung);
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // None was opened where the test failed before that: its own failure is what has to be told.
        if (_client is not null)
            await _client.DisposeAsync().AsTask().WaitAsync(Hung);
        _folder.Delete(recursive: true);
    }

    private void Begin(Task task) => _begun.Enqueue(task);

    // Twice, by two callers, while others wait for the store.
    private async Task ReopenAsync()
    {
        var waiting = AskAsync(AddAsync(_client));
        await Task.WhenAll(_client.DisposeAsync().AsTask(), _client.DisposeAsync().AsTask(), waiting).WaitAsync(Hung);
        await OpenAsync();
    }

    private async Task ChangeUserAsync()
    {
        if (random.Next(2) == 0)
            await AskAsync(_client.SignOutAsync(Cancellation));
        if (random.Next(3) == 0)
            await AskAsync(_client.SignInAsync("worker1@khscrm.com", "worker-demo-1", Cancellation));
        await AskAsync(_client.SignInAsync("owner@khscrm.com", "owner-demo-1", Cancellation));
    }

    private async Task AddAsync(KhsCrmClient client) =>
        Added.Enqueue((await client.Customers.AddAsync(new() { Name = "Stress", Address = "1 Stress Street" }, Cancellation)).Id);

    private static async Task WatchAsync(KhsCrmClient client)
    {
        await foreach (var status in client.ObserveStatusAsync(Cancellation))
            Assert.NotEqual("", $"{status}");
        await foreach (var page in client.Customers.ObserveAsync(cancellationToken: Cancellation))
            Assert.NotNull(page);
    }

    private async Task CancelledAsync(Func<CancellationToken, Task> call)
    {
        using var cancelling = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(100)));
        await call(cancelling.Token);
    }

    // It ends; how, is the network's and the others' doing. Any other exception fails the test.
    private static async Task AskAsync(Task call)
    {
        try
        {
            await call.WaitAsync(Hung);
        }
        catch (Exception exception) when (exception is KhsCrmException or OperationCanceledException)
        {
        }
    }
}
