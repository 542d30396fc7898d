using Google.Protobuf;
using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>
/// A device that speaks the raw protocol and tells a history checker all that it sends and sees. It pushes valid operations,
/// keeps its cursor, comes back after any break, and sends again what was not answered.
/// </summary>
public sealed class RecordedDevice(
    HistoryDevice device, HistoryChecker checker, CallInvoker invoker, Func<CancellationToken, Task<Metadata>> signIn, RecordedDeviceOptions options)
{
    private readonly DeviceOutbox _outbox = new();
    private readonly string _deviceId = $"{Guid.CreateVersion7()}";
    private ByteString _cursor = ByteString.Empty;
    private Metadata? _credentials;
    private int _checkpointsLeft;
    private volatile bool _isPushing = true;

    /// <summary>The device.</summary>
    public HistoryDevice Device => device;

    /// <summary>Messages sent so far.</summary>
    public long Messages { get; private set; }

    /// <summary>Batches that were answered.</summary>
    public long Batches { get; private set; }

    /// <summary>Batches that are not answered yet.</summary>
    public int Unanswered => _outbox.Count;

    /// <summary>The version of the marker row at the last checkpoint.</summary>
    public long MarkerVersion { get; private set; }

    /// <summary>Pushes nothing new from now on.</summary>
    public void StopPushing() => _isPushing = false;

    /// <summary>Runs until it is stopped, whatever breaks meanwhile.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _credentials ??= await signIn(stop);
                await ConnectAsync(stop);
            }
            catch (RpcException exception) when (!stop.IsCancellationRequested)
            {
                if (exception.StatusCode == StatusCode.Unauthenticated)
                    _credentials = null;
                options.OnBroken(exception);
                await PauseAsync(options.ReconnectDelay, stop);
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException && !stop.IsCancellationRequested)
            {
                // A write that meets the end of the connection, or of the call, before the call itself has heard of it.
                options.OnBroken(new RpcException(new Status(StatusCode.Unavailable, exception.Message)));
                await PauseAsync(options.ReconnectDelay, stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static async Task PauseAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, stop);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ConnectAsync(CancellationToken stop)
    {
        using var call = new SyncService.SyncServiceClient(invoker).SyncStream(_credentials, cancellationToken: stop);
        checker.Observe(new Asked(device));
        var hello = new Hello
        {
            DeviceId = _deviceId,
            AppVersion = "history/1",
            ProtocolVersion = 1,
            Cursor = _cursor,
            NextClientSeq = _outbox.NextSeq,
            EntityTypes = { options.EntityTypes },
        };
        if (options.EntityTypes.Count > 0)
            hello.Features.Add(Feature.KindsAnew);
        _checkpointsLeft = options.CheckpointsOfStream;
        await WriteAsync(call, new() { Hello = hello }, stop);
        while (await call.ResponseStream.MoveNext(stop))
        {
            if (!await TakeAsync(call, call.ResponseStream.Current, stop))
                return;
        }
    }

    // Returns false when a device that comes only now and then has what it came for.
    private async Task<bool> TakeAsync(
        AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, SyncStreamResponse message, CancellationToken stop)
    {
        checker.Observe(device, message);
        if (message.Welcome is not null)
        {
            foreach (var batch in _outbox.Batches.ToList())
                await PushAsync(call, batch, stop);
        }

        foreach (var result in message.PushResult?.Results ?? [])
        {
            if (_outbox.Settle(result) is { } operation)
                options.OnResult(operation, result);
        }

        if (message.PushResult is not null)
            Batches++;
        if (message.ResyncRequired is not null)
            _cursor = ByteString.Empty;
        if (message.Heartbeat is { Cursor.Length: > 0 } heartbeat)
            _cursor = heartbeat.Cursor;
        if (message.Delta is { } delta)
            TakeDelta(delta);
        var isCheckpoint = message.Delta is { Checkpoint: true };
        if (isCheckpoint)
            _checkpointsLeft--;
        // Who has stayed for long enough pushes nothing more, and leaves when all is answered.
        var isLeaving = _checkpointsLeft <= 0;
        if ((!isLeaving && (options.IsLive || !isCheckpoint)) || _outbox.Count > 0)
        {
            if (!isLeaving)
                await FillAsync(call, stop);
            return true;
        }

        await PauseAsync(options.ReconnectDelay, stop);
        return false;
    }

    private void TakeDelta(Delta delta)
    {
        _cursor = delta.Cursor;
        foreach (var change in delta.Changes)
        {
            if (change.Entity?.User is { } user && user.Id == options.MarkerId)
                MarkerVersion = RowFacts.Micros(user.UpdatedAt);
        }
    }

    private async Task FillAsync(AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, CancellationToken stop)
    {
        while (_isPushing && _outbox.Count < options.InFlight && options.Next() is { Count: > 0 } batch)
        {
            _outbox.Add(batch);
            await PushAsync(call, batch, stop);
        }
    }

    private async Task PushAsync(
        AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, List<Operation> batch, CancellationToken stop)
    {
        foreach (var operation in batch)
            checker.Observe(new Sent(device, operation));
        await WriteAsync(call, new() { PushBatch = new PushBatch { Operations = { batch } } }, stop);
    }

    private Task WriteAsync(
        AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, SyncStreamRequest message, CancellationToken stop)
    {
        Messages++;
        return call.RequestStream.WriteAsync(message, stop);
    }
}
