using KhsCrm.SyncClient;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>A device that makes one edit after the other, connected or not: new customers, and a later edit of each.</summary>
internal sealed class BusyDevice : IAsyncDisposable
{
    // Nothing takes as long: after this, the device or the server is stuck.
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(5);

    // So many edits wait at most; a server that is down must not be buried in them.
    private const int MaxUnsent = 60;
    private readonly DirectoryInfo _folder;
    private readonly KhsCrmClient _client;
    private readonly CancellationTokenSource _enough = new();
    private Task _work = Task.CompletedTask;

    private BusyDevice(DirectoryInfo folder, KhsCrmClient client) => (_folder, _client) = (folder, client);

    /// <summary>The customers made here, and the note that each was given last.</summary>
    public Dictionary<string, string> Made { get; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<BusyDevice> StartAsync(string url)
    {
        var folder = Directory.CreateTempSubdirectory("khs-busy-");
        var client = await KhsCrmClient.OpenAsync(
            new KhsCrmClientOptions
            {
                DataFolder = folder.FullName,
                ServerAddress = url,
                FirstReconnectDelay = TimeSpan.FromMilliseconds(20),
                LongestReconnectDelay = TimeSpan.FromMilliseconds(200),
            },
            Cancellation);
        await client.SignInAsync("owner@khscrm.com", "owner-demo-1", Cancellation);
        await client.StartAsync(Cancellation);
        var device = new BusyDevice(folder, client);
        device._work = Task.Run(device.WorkAsync, Cancellation);
        return device;
    }

    /// <summary>All that is in the outbox, by the rows it is about: thousands may wait for a checkpoint.</summary>
    public async Task<ILookup<string, OutboxOperation>> OutboxAsync() =>
        (await _client.Outbox.ListAsync(limit: int.MaxValue, cancellationToken: Cancellation))
            .ToLookup(entry => entry.Operation.Entity.Customer.Id);

    /// <summary>Fails when it could not go on editing.</summary>
    public Task CheckAsync() => _work.IsCompleted ? _work : Task.CompletedTask;

    /// <summary>Makes no more edits.</summary>
    public async Task StopEditingAsync()
    {
        await _enough.CancelAsync();
        await _work;
    }

    /// <summary>Waits until the server has answered for every edit; none may be rejected.</summary>
    public async Task FinishAsync()
    {
        using var hung = new CancellationTokenSource(Hung);
        while (await _client.Outbox.CountAsync(Cancellation) is var counts && counts is not { Unsent: 0, Unconfirmed: 0 })
        {
            Assert.Equal(0, counts.Rejected);
            Assert.False(hung.IsCancellationRequested, $"{counts}; the connection is {_client.Status}");
            await Task.Delay(20, Cancellation);
        }

        Assert.Empty(await _client.Outbox.ListAsync(cancellationToken: Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await StopEditingAsync();
        await _client.DisposeAsync();
        _enough.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task WorkAsync()
    {
        var last = "";
        while (!_enough.IsCancellationRequested)
        {
            if ((await _client.Outbox.CountAsync(Cancellation)).Unsent > MaxUnsent)
            {
                await Task.Delay(5, Cancellation);
                continue;
            }

            if (last.Length > 0)
            {
                var note = $"{Guid.NewGuid()}";
                await _client.Customers.UpdateAsync(last, row => row.Notes = note, cancellationToken: Cancellation);
                lock (Made)
                    Made[last] = note;
            }

            var row = await _client.Customers.AddAsync(new Customer { Name = "Busy", Address = "1 A St" }, Cancellation);
            last = row.Id;
            lock (Made)
                Made[last] = "";
        }
    }
}
