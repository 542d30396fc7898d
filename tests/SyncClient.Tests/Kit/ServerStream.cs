using Grpc.Core;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Kit;

/// <summary>The server's end of one stream, played by a test.</summary>
internal sealed class ServerStream(
    IAsyncStreamReader<SyncStreamRequest> requests, IServerStreamWriter<SyncStreamResponse> responses, ServerCallContext context)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The context gives it no more once the call is over, and a device may end a call at any moment.
    private readonly CancellationToken _gone = context.CancellationToken;

    public Task Ended => _ended.Task;

    public string Authorization { get; } = context.RequestHeaders.GetValue("authorization")!;

    /// <summary>The connection that the stream came on.</summary>
    public string Connection { get; } = context.GetHttpContext().Connection.Id;

    /// <summary>The next message of the device.</summary>
    public async Task<SyncStreamRequest> ReadAsync()
    {
        Assert.True(await requests.MoveNext(_gone).WaitAsync(ScriptedServer.Hung), "The device ended its side.");
        return requests.Current;
    }

    /// <summary>The next batch; acknowledged cursors before it are passed over.</summary>
    public async Task<PushBatch> ReadBatchAsync()
    {
        while (true)
        {
            if (await ReadAsync() is { PushBatch: { } batch })
                return batch;
        }
    }

    /// <summary>Answers Hello.</summary>
    public async Task<Hello> WelcomeAsync(
        long lastClientSeq = 0, int maxOperations = 100, int maxInFlight = 4, byte[]? wipeProof = null, string requiredAppVersion = "")
    {
        var hello = (await ReadAsync()).Hello;
        await WriteAsync(new SyncStreamResponse
        {
            Welcome = new Welcome
            {
                ProtocolVersion = 1,
                LastClientSeq = lastClientSeq,
                MaxOperationsPerBatch = maxOperations,
                MaxMessageBytes = 1_000_000,
                MaxBatchesInFlight = maxInFlight,
                UserId = ScriptedServer.UserId,
                RequiredAppVersion = requiredAppVersion,
                WipeProof = Google.Protobuf.ByteString.CopyFrom(wipeProof ?? []),
            },
        });
        return hello;
    }

    public Task WriteAsync(SyncStreamResponse message) => responses.WriteAsync(message, _gone);

    public Task WriteAsync(Delta delta) => WriteAsync(new SyncStreamResponse { Delta = delta });

    /// <summary>Writes what makes the device end the stream, maybe before all of it is written.</summary>
    public async Task TryWriteAsync(Delta delta)
    {
        try
        {
            await WriteAsync(delta);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
        }
    }

    public Task AnswerAsync(PushBatch batch, OperationOutcome outcome = OperationOutcome.Applied) =>
        AnswerAsync([.. batch.Operations.Select(operation => Rows.Result(operation, outcome))]);

    public Task AnswerAsync(params OperationResult[] results) =>
        WriteAsync(new SyncStreamResponse
        {
            PushResult = new PushResult { Results = { results }, LastClientSeq = results.Max(result => result.ClientSeq) },
        });

    /// <summary>Waits until the device has ended its side.</summary>
    public async Task ReadToEndAsync()
    {
        while (await requests.MoveNext(_gone).WaitAsync(ScriptedServer.Hung))
        {
        }
    }

    /// <summary>Waits until the device is gone, in good order or not.</summary>
    public async Task ReadUntilGoneAsync()
    {
        try
        {
            await ReadToEndAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
        }
    }

    /// <summary>Whether the device has ended the call.</summary>
    public bool IsGone => _gone.IsCancellationRequested;

    /// <summary>Ends the stream with a status that says nothing more, as a proxy does.</summary>
    public void FailBare(StatusCode code) => _ended.TrySetException(new RpcException(new Status(code, "of a proxy")));

    public void End() => _ended.TrySetResult();

    /// <summary>Ends the stream with an error.</summary>
    public void Fail(StatusCode code, string reason, params (string Key, string Value)[] metadata)
    {
        var status = Rows.Status(reason);
        var info = status.Details[0].Unpack<Google.Rpc.ErrorInfo>();
        foreach (var (key, value) in metadata)
            info.Metadata.Add(key, value);
        status.Details[0] = Google.Protobuf.WellKnownTypes.Any.Pack(info);
        _ended.TrySetException(status.WithCode(code));
    }

    /// <summary>Breaks the connection in the middle.</summary>
    public void Abort()
    {
        context.GetHttpContext().Abort();
        End();
    }
}
