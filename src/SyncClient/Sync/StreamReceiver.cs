using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Verify;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// Handles what a stream receives, one message after the other: the next is read when this one is stored, so a fast
/// server waits for a slow device and memory stays flat.
/// </summary>
internal sealed class StreamReceiver(
    LocalStore store,
    StreamSender sender,
    TokenSource tokens,
    StatusFeed status,
    TimeProvider time,
    ILogger logger,
    string address,
    string accessToken,
    Verification? verification)
{
    private readonly OldActivity _oldActivity = new();
    private bool _hasCheckpoint;
    private string _requiredAppVersion = "";

    /// <summary>The access token that the stream lives on: the one it was opened with, or the last one it was given.</summary>
    public string AccessToken { get; private set; } = accessToken;

    /// <summary>Whether the server has answered Hello.</summary>
    public bool IsWelcome { get; private set; }

    /// <summary>Whether something was stored that the next stream need not bring again.</summary>
    public bool HasProgress { get; private set; }

    /// <summary>Whether the server still owes something: the end of a catch-up.</summary>
    public bool IsCatchingUp => !_hasCheckpoint;

    public SyncSummary Summary { get; private set; } = SyncSummary.Nothing;

    /// <summary>Whether a checkpoint has come that includes everything pushed, and what was to be verified is.</summary>
    public async Task<bool> IsSettledAsync(CancellationToken cancellationToken) =>
        _hasCheckpoint && verification?.IsDone != false && await store.ReadAsync(OutboxTable.IsSettled, cancellationToken).ConfigureAwait(false);

    /// <summary>The version that this app must have to be served, once its outbox is handed in; null while there is more to do.</summary>
    public async Task<string?> FindRequiredAppVersionAsync(CancellationToken cancellationToken) =>
        _requiredAppVersion.Length > 0
        && await store.ReadAsync(
            connection => OutboxTable.Count(connection, OutboxState.Queued) + OutboxTable.Count(connection, OutboxState.Sent),
            cancellationToken).ConfigureAwait(false) == 0
            ? _requiredAppVersion
            : null;

    public async Task HandleAsync(SyncStreamResponse message, CancellationToken cancellationToken)
    {
        switch (message.MessageCase)
        {
            case SyncStreamResponse.MessageOneofCase.Welcome:
                await WelcomeAsync(message.Welcome, cancellationToken).ConfigureAwait(false);
                break;
            case SyncStreamResponse.MessageOneofCase.PushResult:
                await RecordAsync(message.PushResult, cancellationToken).ConfigureAwait(false);
                break;
            case SyncStreamResponse.MessageOneofCase.Delta:
                await ApplyAsync(message.Delta, cancellationToken).ConfigureAwait(false);
                break;
            case SyncStreamResponse.MessageOneofCase.ResyncRequired:
                _hasCheckpoint = false;
                await store.WriteAsync(StreamOpening.BeginResync, cancellationToken).ConfigureAwait(false);
                status.Set(new(SyncState.CatchingUp));
                break;
            case SyncStreamResponse.MessageOneofCase.Heartbeat
                when !message.Heartbeat.Cursor.IsEmpty || _oldActivity.IsDue(message.Heartbeat):
                await store.WriteAsync(transaction => OnHeartbeat(transaction, message.Heartbeat), cancellationToken)
                    .ConfigureAwait(false);
                break;
            case SyncStreamResponse.MessageOneofCase.CredentialsExpiring:
                AccessToken = await tokens.RefreshAsync(address, AccessToken, cancellationToken).ConfigureAwait(false);
                sender.Renew(AccessToken);
                break;
            default:
                break; // A message of a newer server.
        }
    }

    private async Task WelcomeAsync(Welcome welcome, CancellationToken cancellationToken)
    {
        var agrees = await store.WriteAsync(
            transaction =>
            {
                RequireOwner(transaction.Connection, welcome.UserId);
                _oldActivity.OnWelcome(transaction, welcome);
                Revocation.Agree(transaction, welcome);
                return StreamOpening.AgreeOnNumbers(transaction, welcome.LastClientSeq);
            },
            cancellationToken).ConfigureAwait(false);
        if (!agrees)
            throw new DeviceForkedException();
        IsWelcome = true;
        _requiredAppVersion = welcome.RequiredAppVersion;
        status.Set(new(SyncState.CatchingUp));
        sender.OnWelcome(welcome);
    }

    private void OnHeartbeat(WriteTransaction transaction, Heartbeat heartbeat)
    {
        if (!heartbeat.Cursor.IsEmpty)
            StreamOpening.StoreCursor(transaction, heartbeat.Cursor.ToByteArray());
        _oldActivity.OnHeartbeat(transaction, heartbeat);
    }

    private async Task RecordAsync(PushResult result, CancellationToken cancellationToken)
    {
        var news = await store.WriteAsync(
            transaction => result.Results.Where(one => ResultRecorder.Record(transaction, one)).ToList(), cancellationToken)
            .ConfigureAwait(false);
        HasProgress = true;
        foreach (var one in news)
            Summary = Summary.With(one);
        sender.OnResult(result);
    }

    private async Task ApplyAsync(Delta delta, CancellationToken cancellationToken)
    {
        // What lies before a checkpoint comes again if it is lost: it need not reach the disk by itself.
        var (ask, setAside) = await store.WriteAsync(
            transaction =>
            {
                DeltaApplier.Apply(transaction, delta, time.GetUtcNow(), logger);
                return (verification?.Continue(transaction, delta), SetAsideTable.Count(transaction.Connection));
            },
            isDurable: delta.Checkpoint,
            cancellationToken).ConfigureAwait(false);
        if (ask is not null)
            sender.Ask(ask);
        status.SetAside(setAside);
        HasProgress = true;
        Summary = Summary with { Received = Summary.Received + delta.Changes.Count };
        if (delta.Checkpoint)
        {
            _hasCheckpoint = true;
            sender.Acknowledge(delta.Cursor);
            status.Set(new(SyncState.Live));
        }
        else if (delta.Progress is { } progress && !_hasCheckpoint)
        {
            status.Set(new(SyncState.CatchingUp, progress.Sent, Math.Max(progress.Sent, progress.EstimatedTotal)));
        }
    }

    private static void RequireOwner(StoreConnection connection, string userId)
    {
        if (userId.Length > 0 && DeviceState.Read(connection).OwnerId != userId)
            throw new KhsCrmException("The server takes this device for somebody else's: sign in again.");
    }
}
