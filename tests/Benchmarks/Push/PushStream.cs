using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Benchmarks.Wire;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Push;

/// <summary>
/// A device: a raw stream of its own that pushes, and waits for the result. It takes only users, whom nobody writes, so that
/// what is measured is the write path and not how changes fan out. Its batches are encoded beforehand, as the floor's rows are
/// made beforehand, and of the results it looks at what became of each operation: the device shares the server's processors.
/// </summary>
internal sealed class PushStream : IDisposable
{
    private static readonly Method<byte[], Seen> SyncStream = SyncStreamMethod.Of(Look);

    private readonly AsyncDuplexStreamingCall<byte[], Seen> _call;

    private PushStream(AsyncDuplexStreamingCall<byte[], Seen> call) => _call = call;

    /// <summary>Encodes a batch, whose operations have the numbers of one device.</summary>
    public static byte[] Encode(Operation[] operations) =>
        new SyncStreamRequest { PushBatch = new PushBatch { Operations = { operations } } }.ToByteArray();

    /// <summary>Says hello and reads to the first checkpoint.</summary>
    public static async Task<PushStream> OpenAsync(GrpcChannel channel, Metadata credentials, CancellationToken cancellationToken)
    {
        var options = new CallOptions(credentials, cancellationToken: cancellationToken);
        var stream = new PushStream(channel.CreateCallInvoker().AsyncDuplexStreamingCall(SyncStream, null, options));
        var hello = new Hello
        {
            DeviceId = $"{Guid.CreateVersion7()}",
            AppVersion = "bench/1",
            ProtocolVersion = 1,
            NextClientSeq = 1,
            EntityTypes = { EntityType.User },
        };
        await stream._call.RequestStream.WriteAsync(new SyncStreamRequest { Hello = hello }.ToByteArray(), cancellationToken);
        await stream.ReadToAsync(seen => seen.IsCheckpoint, cancellationToken);
        return stream;
    }

    /// <summary>Pushes batches of so many operations each, so many in flight at a time. It reads while it writes, as every device must.</summary>
    public async Task PushAsync(IReadOnlyList<byte[]> batches, int operations, int inFlight, CancellationToken cancellationToken)
    {
        using var room = new SemaphoreSlim(inFlight);
        var writing = WriteAsync(batches, room, cancellationToken);
        for (var i = 0; i < batches.Count; i++)
        {
            var seen = await ReadToAsync(seen => seen.Results > 0, cancellationToken);
            if (seen.Failed is not null || seen.Results != operations)
                throw new InvalidOperationException($"A push failed: {seen}");
            room.Release();
        }

        await writing;
    }

    public void Dispose() => _call.Dispose();

    private async Task WriteAsync(IReadOnlyList<byte[]> batches, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            await room.WaitAsync(cancellationToken);
            await _call.RequestStream.WriteAsync(batch, cancellationToken);
        }
    }

    private async Task<Seen> ReadToAsync(Predicate<Seen> isAwaited, CancellationToken cancellationToken)
    {
        while (await _call.ResponseStream.MoveNext(cancellationToken))
        {
            if (isAwaited(_call.ResponseStream.Current))
                return _call.ResponseStream.Current;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    private static Seen Look(ReadOnlySequence<byte> payload)
    {
        var response = new FieldReader(payload);
        if (!response.Next() || response.Number is not (SyncStreamResponse.PushResultFieldNumber or SyncStreamResponse.DeltaFieldNumber))
            return new Seen(false, 0, null);
        if (response.Number == SyncStreamResponse.DeltaFieldNumber)
            return new Seen(SyncStreamResponse.Parser.ParseFrom(payload).Delta.Checkpoint, 0, null);
        var results = 0;
        OperationResult? failed = null;
        var push = new FieldReader(response.Content);
        while (push.Next())
        {
            if (push.Number != PushResult.ResultsFieldNumber)
                continue;
            results++;
            if (OutcomeOf(push.Content) is not (OperationOutcome.Applied or OperationOutcome.Merged))
                failed ??= OperationResult.Parser.ParseFrom(push.Content);
        }

        return new Seen(false, results, failed);
    }

    private static OperationOutcome OutcomeOf(ReadOnlySequence<byte> result)
    {
        var fields = new FieldReader(result);
        while (fields.Next())
        {
            if (fields.Number == OperationResult.OutcomeFieldNumber)
                return (OperationOutcome)fields.Value;
        }

        return OperationOutcome.Unspecified;
    }

    /// <summary>What a message says.</summary>
    private sealed record Seen(bool IsCheckpoint, int Results, OperationResult? Failed);
}
