using Grpc.Core;
using KhsCrm.SyncClient.Connection;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Verify;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>One stream, from Hello to its end.</summary>
internal sealed class SyncStream(
    LocalStore store,
    ServerConnection server,
    TokenSource tokens,
    StatusFeed status,
    KhsCrmClientOptions options,
    LoopControl control,
    ILogger logger,
    string address,
    Verification? verification)
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private StreamReceiver? _receiver;

    /// <summary>Whether the server has answered Hello.</summary>
    public bool WasWelcome => _receiver?.IsWelcome ?? false;

    /// <summary>Whether it stored something that the next stream need not bring again.</summary>
    public bool HasProgress => _receiver?.HasProgress ?? false;

    /// <summary>The access token that the stream ended with; null when it did not begin.</summary>
    public string? AccessToken => _receiver?.AccessToken;

    public SyncSummary Summary => _receiver?.Summary ?? SyncSummary.Nothing;

    /// <summary>Runs the stream.</summary>
    /// <param name="accessToken">Who connects.</param>
    /// <param name="untilSettled">Whether to end at the first checkpoint that includes everything pushed.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>How long the server asks to wait before the next stream; null when it does not say.</returns>
    /// <exception cref="RpcException">The server refused, or the connection broke.</exception>
    public async Task<TimeSpan?> RunAsync(string accessToken, bool untilSettled, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var watchdog = new Watchdog(options, () => Cancel(ending));
        using var call = server.Sync(address).SyncStream(
            ServerConnection.Authorization(accessToken), cancellationToken: ending.Token);
        var hello = await store.ReadAsync(
            connection => StreamOpening.Hello(connection, options.AppVersion, options.EntityTypes), cancellationToken)
            .ConfigureAwait(false);
        var sender = new StreamSender(call.RequestStream, store, watchdog.Expect);
        verification?.Restart();
        _receiver = new StreamReceiver(
            store, sender, tokens, status, options.TimeProvider, logger, address, accessToken, verification);
        var sending = Task.CompletedTask;
        store.Changes.OutboxChanged += sender.Wake;
        try
        {
            sending = SendAsync(sender, hello, ending);
            while (await call.ResponseStream.MoveNext(ending.Token).ConfigureAwait(false))
            {
                var message = call.ResponseStream.Current;
                control.Heard();
                watchdog.Pause();
                if (message.Reconnect is { } reconnect)
                {
                    await SayGoodbyeAsync(call, sender, ending).ConfigureAwait(false);
                    return reconnect.After?.ToTimeSpan() ?? TimeSpan.Zero;
                }

                await _receiver.HandleAsync(message, ending.Token).ConfigureAwait(false);
                if (message.Welcome is not null)
                    control.OnWelcome();
                if (await _receiver.FindRequiredAppVersionAsync(ending.Token).ConfigureAwait(false) is { } required)
                {
                    await SayGoodbyeAsync(call, sender, ending).ConfigureAwait(false);
                    throw SyncFailure.AppTooOld(required);
                }

                watchdog.Resume(
                    isProgress: message.Heartbeat is null, isDue: untilSettled || _receiver.IsCatchingUp || sender.IsOwedResults);
                if (untilSettled && await _receiver.IsSettledAsync(ending.Token).ConfigureAwait(false))
                {
                    await SayGoodbyeAsync(call, sender, ending).ConfigureAwait(false);
                    return null;
                }
            }

            if (untilSettled)
                throw new ServerUnreachableException("The server closed the stream before everything was synced.", null);
            return null;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            var end = ending.IsCancellationRequested ? null : EndOf(call);
            // The sender may be waiting for something to send, and hears of the end of a call only when it writes.
            Cancel(ending);
            await sending.ConfigureAwait(false); // What the sender fell over, if that is why.
            if (end is not null)
                throw end;
            throw new ServerUnreachableException("The server did not answer in time.", exception);
        }
        finally
        {
            store.Changes.OutboxChanged -= sender.Wake;
            sender.Complete();
            Cancel(ending);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A fault of the stream shows in the receiver, with the server's status, which a write does not always have; a fault
    // of the store ends the stream.
    private static async Task SendAsync(StreamSender sender, Hello hello, CancellationTokenSource ending)
    {
        try
        {
            await sender.RunAsync(hello, ending.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
        }
        catch
        {
            Cancel(ending);
            throw;
        }
    }

    // Ends the stream in good order, so that the server does not count an aborted call; not for longer than a moment.
    private async Task SayGoodbyeAsync(
        AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, StreamSender sender, CancellationTokenSource ending)
    {
        using var timer = options.TimeProvider.CreateTimer(
            static source => Cancel((CancellationTokenSource)source!), ending, Farewell, Timeout.InfiniteTimeSpan);
        sender.Complete();
        try
        {
            while (await call.ResponseStream.MoveNext(ending.Token).ConfigureAwait(false))
            {
                // Not stored, so it comes again with the next stream.
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
        }
    }

    // A call that ends while Hello is being written can look cancelled to the reader: the call itself knows why.
    private static RpcException EndOf(AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call)
    {
        try
        {
            return new RpcException(call.GetStatus(), call.GetTrailers());
        }
        catch (InvalidOperationException)
        {
            return new RpcException(new Status(StatusCode.Unavailable, "The connection broke."));
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }
}
