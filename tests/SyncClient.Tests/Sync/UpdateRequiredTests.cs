using Grpc.Core;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Sync;

/// <summary>An app that is too old hands in what waits, says that it must be updated, and goes on handing in.</summary>
public sealed class UpdateRequiredTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ScriptedServer _server = null!;
    private KhsCrmClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        // It comes again when it is told to, so that no state passes unseen.
        _client = await _server.OpenClientAsync(_folder.Path, options =>
            (options.FirstReconnectDelay, options.LongestReconnectDelay) = (TimeSpan.FromDays(1), TimeSpan.FromDays(1)));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_outbox_is_handed_in_before_the_app_stops()
    {
        await _client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync(requiredAppVersion: "2.0");
        await stream.AnswerAsync(await stream.ReadBatchAsync());
        await stream.ReadToEndAsync();
        stream.End();

        var refused = await Assert.ThrowsAsync<KhsCrmException>(() => syncing);

        Assert.Equal((ErrorReason.AppTooOld, SyncState.UpdateRequired), (refused.Reason, _client.Status.State));
        Assert.Contains("2.0", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await _client.Outbox.CountAsync(Ct)).Unsent);
    }

    [Fact]
    public async Task Edits_that_come_later_are_handed_in_too()
    {
        await _client.StartAsync(Ct);
        var first = await _server.AcceptAsync();
        await first.WelcomeAsync(requiredAppVersion: "2.0");
        await first.ReadToEndAsync();
        first.Fail(StatusCode.FailedPrecondition, "APP_TOO_OLD");
        await foreach (var status in _client.ObserveStatusAsync(Ct))
        {
            if (status.State == SyncState.UpdateRequired)
                break;
        }

        await _client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        _client.Resume();
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync(requiredAppVersion: "2.0");
        var batch = await stream.ReadBatchAsync();
        await stream.AnswerAsync(batch);

        Assert.Equal("Ada", batch.Operations.Single().Entity.Customer.Name);
    }
}
