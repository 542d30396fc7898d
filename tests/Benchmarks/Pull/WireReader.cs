using System.Buffers;
using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.Benchmarks.Wire;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>A device, with gzip or without, that does nothing with what it gets: counts the changes of each delta up to the checkpoint.</summary>
internal static class WireReader
{
    private static readonly Method<byte[], Seen> SyncStream = SyncStreamMethod.Of(Look);
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
        await call.RequestStream.WriteAsync(new SyncStreamRequest { Hello = hello }.ToByteArray(), cancellationToken);
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
        var response = new FieldReader(payload);
        if (!response.Next() || response.Number != SyncStreamResponse.DeltaFieldNumber)
            return Nothing;
        var delta = new FieldReader(response.Content);
        var changes = 0;
        var isCheckpoint = false;
        while (delta.Next())
        {
            if (delta.Number == Delta.ChangesFieldNumber)
                changes++;
            isCheckpoint |= delta.Number == Delta.CheckpointFieldNumber && delta.Value != 0;
        }

        return new Seen(changes, isCheckpoint);
    }

    private sealed record Seen(int Changes, bool IsCheckpoint);
}
