using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Loops;
using KhsCrm.SyncServer.Streams;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// One stream of one device: a loop that takes what the device sends, and one that brings it deltas. Both write through one
/// writer: a slow device holds up its own loops, nobody else's.
/// </summary>
internal sealed partial class SyncSession(
    SyncSessionFactory shared,
    CurrentUser user,
    LiveStream stream,
    IAsyncStreamReader<SyncStreamRequest> requests,
    IServerStreamWriter<StreamFrame> responses) : IDisposable
{
    private readonly SyncOptions _options = shared.Options.Value;
    private readonly CancellationTokenSource _ended = new();
    private readonly Wake _wake = new();
    private readonly FrameWriter _writer = new(responses);
    private readonly CredentialWatch _credentials = new(user, stream, shared.Options.Value.CredentialsNotice);
    private StreamNotices? _notices;
    private DigestInbox? _digests;
    private long _leavesAt = long.MaxValue;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var gone = cancellationToken.Register(_ended.Cancel);
        var hello = await ReadHelloAsync(cancellationToken);
        var device = Guid.Parse(hello.DeviceId);
        var greeting = await GreetAsync(hello, cancellationToken);
        var scope = new DeltaScope(
            user.Id, greeting.Role, device, hello.EntityTypes, stream.SessionId,
            TakesKindsAnew: hello.Features.Contains(Feature.KindsAnew));
        var kinds = scope.ToKinds(shared.DeltaOptions.Value);
        var feed = new LiveFeed(
            shared.LiveOptions.Value, device, kinds, () => stream.SessionId, _wake, shared.Backlog, shared.TimeProvider);
        stream.Meter = new StreamMeter(user.Id, device, hello.AppVersion, feed, shared.TimeProvider);
        if (shared.ServedVersions.FindRequired(hello.AppVersion) is { } required)
            await RelieveAsync(hello, greeting, required, cancellationToken);
        _notices = new StreamNotices(_writer, _credentials, _options, shared.TimeProvider);
        using var woken = _ended.Token.Register(_wake.Call);
        shared.Pump.Attach(feed);
        shared.Clock.Add(this);
        try
        {
            await _writer.WriteAsync(new SyncStreamResponse { Welcome = Welcome(greeting, hello) }, cancellationToken);
            _digests = new DigestInbox(kinds, _wake);
            var deltas = new DeltaLoop(shared, stream, feed, _wake, _writer, _notices, _digests, scope);
            var late = new LateResultLoop(shared.LateResults, shared.Deferred, new Actor(user.Id, greeting.Role, device), hello);
            await RunAsync(device, deltas, late, hello.Cursor.Memory, cancellationToken);
        }
        finally
        {
            shared.Clock.Remove(this);
            shared.Pump.Detach(feed);
        }
    }

    /// <summary>The clock's look at the stream.</summary>
    public void Check(DateTimeOffset now)
    {
        if (_credentials.IsExpired(now))
            stream.End("the access token has expired");
        if (now.UtcTicks >= Volatile.Read(ref _leavesAt))
            stream.Leave();
        if (_notices?.AreDueAt(now) == true)
            _wake.Call();
    }

    /// <summary>
    /// The server shuts down. The device closes its side once it has read this: a stream that the server ends first, with
    /// the connection right after it, can look torn to a client that has not read to the end.
    /// </summary>
    public void Drain()
    {
        Volatile.Write(ref _leavesAt, (shared.TimeProvider.GetUtcNow() + _options.CloseTimeout).UtcTicks);
        _notices?.Leave();
        _wake.Call();
    }

    public void Dispose()
    {
        _ended.Dispose();
        _writer.Dispose();
    }

    private async Task RunAsync(
        Guid device, DeltaLoop deltas, LateResultLoop late, ReadOnlyMemory<byte> cursor, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            ReceiveAsync(device, cut.Token),
            deltas.RunAsync(cursor, _ended.Token, cut.Token),
            late.RunAsync(_writer, _ended.Token, cut.Token),
        ];

        // The first loop to end ends the stream; what was accepted is still finished and answered.
        var first = await Task.WhenAny([.. loops, stream.Over]);
        await _ended.CancelAsync();
        var close = Task.WhenAll(loops.Select(Settle));
        // A device that does not read must not keep a stream whose session is over.
        await Task.WhenAny(close, Task.Delay(_options.CloseTimeout, shared.TimeProvider, cut.Token));
        await cut.CancelAsync();
        await close;
        await first;
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

    private async Task<DeviceGreeting> GreetAsync(Hello hello, CancellationToken cancellationToken)
    {
        var greeting = await shared.Devices.GreetAsync(HelloRules.DeviceOf(hello, user.Id, stream.SessionId), cancellationToken)
            ?? throw new RpcFault(ErrorReason.DeviceNotYours, "the device belongs to another user");
        if (greeting.IsRevoked)
            throw RevokedFault.Of(greeting);
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

    private Welcome Welcome(DeviceGreeting greeting, Hello hello, string requiredAppVersion = "") => new()
    {
        ProtocolVersion = HelloRules.ProtocolVersion,
        ServerTime = Timestamp.FromDateTimeOffset(shared.TimeProvider.GetUtcNow()),
        LastClientSeq = greeting.LastClientSeq,
        MaxOperationsPerBatch = _options.MaxOperationsPerBatch,
        MaxMessageBytes = _options.MaxMessageBytes,
        MaxBatchesInFlight = _options.MaxBatchesInFlight,
        UserId = user.Id.ToString(),
        ActivityLogAge = Duration.FromTimeSpan(shared.DeltaOptions.Value.ActivityLogAge),
        EntityTypes = { shared.DeltaOptions.Value.Kinds.ToTypes() },
        Features = { Feature.KindsAnew },
        RequiredAppVersion = requiredAppVersion,
        WipeProof = hello.WantsWipeProof ? ByteString.CopyFrom(greeting.WipeProof) : ByteString.Empty,
    };

    private async Task ReceiveAsync(Guid device, CancellationToken cancellationToken)
    {
        while (await requests.MoveNext(_ended.Token))
        {
            var request = requests.Current;
            stream.Meter!.Receive(request.PushBatch is { } pushed ? pushed.Operations.Count : 0);
            switch (request.MessageCase)
            {
                case SyncStreamRequest.MessageOneofCase.PushBatch:
                    // Not the stream's own token: a batch that was accepted is finished and answered though the stream ends.
                    var actor = new Actor(user.Id, user.Role, device);
                    var result = await shared.Push.PushAsync(actor, request.PushBatch.Operations, cancellationToken);
                    foreach (var part in PushResultParts.Of(result))
                        await _writer.WriteAsync(new SyncStreamResponse { PushResult = part }, cancellationToken);
                    break;
                case SyncStreamRequest.MessageOneofCase.Credentials:
                    _credentials.Renew(
                        await shared.Authenticator.AuthenticateAsync(request.Credentials.AccessToken, cancellationToken));
                    break;
                case SyncStreamRequest.MessageOneofCase.CursorAck:
                    break;
                case SyncStreamRequest.MessageOneofCase.DigestRequest:
                    _digests?.Add(request.DigestRequest);
                    break;
                default:
                    throw new RpcFault(
                        ErrorReason.ProtocolViolation,
                        $"a message of kind {request.MessageCase} is not allowed after hello");
            }
        }
    }

    private static Task Settle(Task task) => task.ContinueWith(
        static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
