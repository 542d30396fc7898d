using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Limits;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// One stream of one device: a loop that takes what the device sends, one that reads deltas for it, one that watches its
/// token, and one that writes. What waits to be written is bounded: a slow device holds up its own loops, nobody else's.
/// </summary>
internal sealed class SyncSession(
    SyncSessionFactory shared,
    CurrentUser user,
    LiveStream stream,
    IAsyncStreamReader<SyncStreamRequest> requests,
    IServerStreamWriter<SyncStreamResponse> responses) : IAsyncDisposable
{
    private readonly SyncOptions _options = shared.Options.Value;
    private readonly Channel<SyncStreamResponse> _outgoing =
        Channel.CreateBounded<SyncStreamResponse>(shared.Options.Value.QueueLength);

    private readonly CancellationTokenSource _ended = new();
    private readonly CredentialWatch _credentials = new(user, stream, shared.Options.Value, shared.TimeProvider);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var _ = cancellationToken.Register(_ended.Cancel);
        var hello = await ReadHelloAsync(cancellationToken);
        var device = Guid.Parse(hello.DeviceId);
        var greeting = await GreetAsync(hello, device, cancellationToken);
        using var attachment = shared.Signal.Attach();

        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var write = WriteAsync(cut.Token);
        await SendAsync(new() { Welcome = Welcome(greeting) }, cancellationToken);
        var deltas = new DeltaLoop(shared, stream, device, greeting.Role, hello, SendAsync);
        var late = new LateResultLoop(shared.LateResults, shared.Deferred, new Actor(user.Id, greeting.Role, device), hello);
        Task[] loops =
        [
            ReceiveAsync(device, cut.Token),
            deltas.RunAsync(_ended.Token),
            late.RunAsync(SendAsync, _ended.Token),
            _credentials.RunAsync(SendAsync, _ended.Token),
            DrainAsync(_ended.Token),
            stream.WatchAsync(_ended.Token),
        ];

        // The first loop to end ends the stream; what was accepted is still finished and answered.
        var first = await Task.WhenAny([.. loops, write]);
        await _ended.CancelAsync();
        var close = CloseAsync(loops, write);
        // A device that does not read must not keep a stream whose session is over.
        await Task.WhenAny(close, Task.Delay(_options.CloseTimeout, shared.TimeProvider, cut.Token));
        await cut.CancelAsync();
        await close;
        await first;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _ended.Dispose();
        _credentials.Dispose();
    }

    private async Task CloseAsync(Task[] loops, Task write)
    {
        await Task.WhenAll(loops.Select(Settle));
        _outgoing.Writer.TryComplete();
        await Settle(write);
    }

    private async Task<Hello> ReadHelloAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.HelloTimeout, shared.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await ReadHelloInTimeAsync(either.Token);
        }
        catch (Exception exception) when (exception is not RpcFault && late.IsCancellationRequested)
        {
            throw new RpcFault(ErrorReason.ProtocolViolation, "no hello came in time");
        }
    }

    private async Task<Hello> ReadHelloInTimeAsync(CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken)
            || requests.Current is not { MessageCase: SyncStreamRequest.MessageOneofCase.Hello, Hello: { } hello })
        {
            throw new RpcFault(ErrorReason.ProtocolViolation, "the first message must be hello");
        }

        HelloRules.Check(hello);
        return hello;
    }

    private async Task<DeviceGreeting> GreetAsync(Hello hello, Guid device, CancellationToken cancellationToken)
    {
        var greeting = await shared.Devices.GreetAsync(device, user.Id, hello.AppVersion, cancellationToken)
            ?? throw new RpcFault(ErrorReason.DeviceNotYours, "the device was revoked, or belongs to another user");
        if (greeting.Role == Role.Unspecified)
            throw new RpcFault(ErrorReason.AccessTokenInvalid, "the user is deactivated");
        if (hello.NextClientSeq > greeting.LastClientSeq + 1)
        {
            throw new RpcFault(
                ErrorReason.DeviceForked,
                $"operations after {greeting.LastClientSeq} are not known here: the database was restored, and the device must register anew",
                ("last_client_seq", $"{greeting.LastClientSeq}"));
        }

        return greeting;
    }

    private Welcome Welcome(DeviceGreeting greeting) => new()
    {
        ProtocolVersion = HelloRules.ProtocolVersion,
        ServerTime = Timestamp.FromDateTimeOffset(shared.TimeProvider.GetUtcNow()),
        LastClientSeq = greeting.LastClientSeq,
        MaxOperationsPerBatch = _options.MaxOperationsPerBatch,
        MaxMessageBytes = _options.MaxMessageBytes,
        MaxBatchesInFlight = _options.MaxBatchesInFlight,
        UserId = user.Id.ToString(),
    };

    private async Task ReceiveAsync(Guid device, CancellationToken cancellationToken)
    {
        while (await requests.MoveNext(_ended.Token))
        {
            var request = requests.Current;
            switch (request.MessageCase)
            {
                case SyncStreamRequest.MessageOneofCase.PushBatch:
                    // Not the stream's own token: a batch that was accepted is finished and answered though the stream ends.
                    var actor = new Actor(user.Id, user.Role, device);
                    var result = await shared.Push.PushAsync(actor, request.PushBatch.Operations, cancellationToken);
                    await SendAsync(new() { PushResult = result }, cancellationToken);
                    break;
                case SyncStreamRequest.MessageOneofCase.Credentials:
                    _credentials.Renew(
                        await shared.Authenticator.AuthenticateAsync(request.Credentials.AccessToken, cancellationToken));
                    break;
                case SyncStreamRequest.MessageOneofCase.CursorAck:
                    break;
                case SyncStreamRequest.MessageOneofCase.DigestRequest:
                    throw new RpcFault(ErrorReason.NotImplemented, "digests are not built yet");
                default:
                    throw new RpcFault(
                        ErrorReason.ProtocolViolation,
                        $"a message of kind {request.MessageCase} is not allowed after hello");
            }
        }
    }

    // A server that shuts down sends its devices away, spread in time.
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var _ = shared.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(cancellationToken);
        var after = _options.ReconnectSpread * Random.Shared.NextDouble();
        await SendAsync(new() { Reconnect = new Reconnect { After = Duration.FromTimeSpan(after) } }, cancellationToken);
        // The device closes its side once it has read this. A stream that the server ends first, with the connection right
        // after it, can look torn to a client that has not read to the end.
        await Task.Delay(_options.CloseTimeout, shared.TimeProvider, cancellationToken);
    }

    private ValueTask SendAsync(SyncStreamResponse response, CancellationToken cancellationToken) =>
        _outgoing.Writer.WriteAsync(response, cancellationToken);

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (var response in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await responses.WriteAsync(response, cancellationToken);
    }

    private static Task Settle(Task task) => task.ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
