using System.Buffers;
using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>A device, with gzip or without, that does nothing with what it gets: counts the changes of each delta up to the checkpoint.</summary>
internal static class WireReader
{
    private static readonly Method<SyncStreamRequest, Seen> SyncStream = new(
        MethodType.DuplexStreaming,
        "khscrm.v1.SyncService",
        "SyncStream",
        new Marshaller<SyncStreamRequest>(request => request.ToByteArray(), SyncStreamRequest.Parser.ParseFrom),
        new Marshaller<Seen>((_, _) => throw new NotSupportedException(), context => Look(context.PayloadAsReadOnlySequence())));

    private static readonly Seen Nothing = new(0, false);

    public static async Task<Measured> RunAsync(
        string address, string token, bool isCompressed, CancellationToken cancellationToken)
    {
        CountedConnection? connection = null;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, connecting) => connection = await CountedConnection.OpenAsync(context, connecting),
        };
        using var channel = GrpcChannel.ForAddress(address, new()
        {
            HttpHandler = handler,
            CompressionProviders = isCompressed ? null : [],
        });
        var options = new CallOptions(new Metadata { { "authorization", $"Bearer {token}" } }, cancellationToken: cancellationToken);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(SyncStream, null, options);
        var hello = new Hello { DeviceId = $"{Guid.NewGuid()}", AppVersion = "bench/1", ProtocolVersion = 1, NextClientSeq = 1 };
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        await call.RequestStream.WriteAsync(new() { Hello = hello }, cancellationToken);
        long rows = 0;
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            rows += call.ResponseStream.Current.Changes;
            if (call.ResponseStream.Current.IsCheckpoint)
                break;
        }

        var measured = Measured.Since(start, rows);
        process.Refresh();
        return measured with { Bytes = connection!.Received, Cpu = process.TotalProcessorTime - cpu };
    }

    private static Seen Look(ReadOnlySequence<byte> payload)
    {
        var reader = new SequenceReader<byte>(payload);
        if (Varint(ref reader) != WireFormat.MakeTag(SyncStreamResponse.DeltaFieldNumber, WireFormat.WireType.LengthDelimited))
            return Nothing;
        Varint(ref reader);
        var changes = 0;
        var isCheckpoint = false;
        while (!reader.End)
        {
            var tag = (uint)Varint(ref reader);
            var value = Varint(ref reader);
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                reader.Advance((long)value);
            if (WireFormat.GetTagFieldNumber(tag) == Delta.ChangesFieldNumber)
                changes++;
            isCheckpoint |= WireFormat.GetTagFieldNumber(tag) == Delta.CheckpointFieldNumber && value != 0;
        }

        return new Seen(changes, isCheckpoint);
    }

    private static ulong Varint(ref SequenceReader<byte> reader)
    {
        ulong value = 0;
        for (var shift = 0; reader.TryRead(out var part); shift += 7)
        {
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                break;
        }

        return value;
    }

    private sealed record Seen(int Changes, bool IsCheckpoint);
}
