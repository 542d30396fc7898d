using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// Writes everything that a stream sends: a stream allows one write at a time. It reads nothing, so it may
/// wait for a server that waits for this device to read, while the receiver goes on reading.
/// </summary>
internal sealed class StreamSender(IClientStreamWriter<SyncStreamRequest> stream, LocalStore store, Action? expect = null)
{
    // Room for the message around a batch.
    private const int EnvelopeBytes = 64;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Lock _lock = new();
    private readonly Queue<long> _inFlight = [];
    private Welcome? _limits;
    private ByteString? _acknowledgedCursor;
    private string? _accessToken;
    private DigestRequest? _digestRequest;
    private long _lastSent;

    /// <summary>Sends Hello and then what comes up, until <see cref="Complete"/>.</summary>
    /// <exception cref="RpcException">The connection broke.</exception>
    public async Task RunAsync(Hello hello, CancellationToken cancellationToken)
    {
        await WriteAsync(new() { Hello = hello }, cancellationToken).ConfigureAwait(false);
        while (await _wake.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (_wake.Reader.TryRead(out _))
            {
            }

            await SendSmallMessagesAsync(cancellationToken).ConfigureAwait(false);
            while (HasRoom() && await SendBatchAsync(cancellationToken).ConfigureAwait(false))
                await SendSmallMessagesAsync(cancellationToken).ConfigureAwait(false);
        }

        await SendSmallMessagesAsync(cancellationToken).ConfigureAwait(false);
        await OnStreamAsync(stream.CompleteAsync).ConfigureAwait(false);
    }

    /// <summary>Whether a batch is on the wire without a result.</summary>
    public bool IsOwedResults
    {
        get
        {
            lock (_lock)
            {
                return _inFlight.Count > 0;
            }
        }
    }

    /// <summary>Something may wait in the outbox.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Ends the sending side once what waits is sent.</summary>
    public void Complete() => _wake.Writer.TryComplete();

    public void OnWelcome(Welcome welcome)
    {
        lock (_lock)
        {
            _limits = welcome;
        }

        Wake();
    }

    public void OnResult(PushResult result)
    {
        var answered = result.Results.Select(one => one.ClientSeq).Append(result.LastClientSeq).Max();
        lock (_lock)
        {
            while (_inFlight.TryPeek(out var last) && last <= answered)
                _inFlight.Dequeue();
        }

        Wake();
    }

    /// <summary>Tells the server what is stored. Only the latest cursor matters.</summary>
    public void Acknowledge(ByteString cursor)
    {
        lock (_lock)
        {
            _acknowledgedCursor = cursor;
        }

        Wake();
    }

    public void Renew(string accessToken)
    {
        lock (_lock)
        {
            _accessToken = accessToken;
        }

        Wake();
    }

    /// <summary>Asks for digests.</summary>
    public void Ask(DigestRequest request)
    {
        lock (_lock)
        {
            _digestRequest = request;
        }

        Wake();
    }

    private bool HasRoom()
    {
        lock (_lock)
        {
            return _limits is not null && _inFlight.Count < Math.Max(1, _limits.MaxBatchesInFlight);
        }
    }

    private async Task SendSmallMessagesAsync(CancellationToken cancellationToken)
    {
        string? accessToken;
        ByteString? cursor;
        DigestRequest? digests;
        lock (_lock)
        {
            (accessToken, cursor, digests) = (_accessToken, _acknowledgedCursor, _digestRequest);
            (_accessToken, _acknowledgedCursor, _digestRequest) = (null, null, null);
        }

        if (accessToken is not null)
            await WriteAsync(new() { Credentials = new() { AccessToken = accessToken } }, cancellationToken).ConfigureAwait(false);
        if (cursor is not null)
            await WriteAsync(new() { CursorAck = new() { Cursor = cursor } }, cancellationToken).ConfigureAwait(false);
        if (digests is not null)
            await WriteAsync(new() { DigestRequest = digests }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> SendBatchAsync(CancellationToken cancellationToken)
    {
        var limits = _limits!;
        var operations = await store.WriteAsync(
            transaction => BatchTaker.Take(
                transaction, _lastSent, Math.Max(1, limits.MaxOperationsPerBatch), limits.MaxMessageBytes - EnvelopeBytes),
            cancellationToken).ConfigureAwait(false);
        if (operations.Count == 0)
            return false;
        _lastSent = operations[^1].ClientSeq;
        lock (_lock)
        {
            _inFlight.Enqueue(_lastSent);
        }

        expect?.Invoke();

        var batch = new PushBatch();
        batch.Operations.AddRange(operations);
        await WriteAsync(new() { PushBatch = batch }, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private Task WriteAsync(SyncStreamRequest message, CancellationToken cancellationToken) =>
        OnStreamAsync(() => stream.WriteAsync(message, cancellationToken));

    // A connection that breaks just now shows as what HTTP met, for the call itself does not know yet that it has ended; and
    // a call that has ended takes nothing more.
    private static async Task OnStreamAsync(Func<Task> writeAsync)
    {
        try
        {
            await writeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or InvalidOperationException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The connection broke.", exception));
        }
    }
}
