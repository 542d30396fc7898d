using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>A first sync as the server sent it, in a file: to be replayed into a store as fast as that takes it.</summary>
internal sealed class Recording : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    /// <summary>How many rows it has.</summary>
    public long Rows { get; private set; }

    /// <summary>Who asked: the store is this user's.</summary>
    public required User User { get; init; }

    public static async Task<Recording> MakeAsync(string address, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(address, new() { MaxReceiveMessageSize = 16 * 1024 * 1024 });
        var login = await new AuthService.AuthServiceClient(channel).LoginAsync(
            new LoginRequest { Email = "owner@khscrm.com", Password = "owner-demo-1" }, cancellationToken: cancellationToken);
        var recording = new Recording { User = login.User };
        using var call = new SyncService.SyncServiceClient(channel).SyncStream(
            new Metadata { { "authorization", $"Bearer {login.Tokens.AccessToken}" } }, cancellationToken: cancellationToken);
        var hello = new Hello { DeviceId = $"{Guid.NewGuid()}", AppVersion = "bench/1", ProtocolVersion = 1, NextClientSeq = 1 };
        await call.RequestStream.WriteAsync(new SyncStreamRequest { Hello = hello }, cancellationToken);
        await using var file = File.OpenWrite(recording._file);
        await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            if (message.Delta is not { } delta)
                continue;
            delta.WriteDelimitedTo(file);
            recording.Rows += delta.Changes.Count;
            if (delta.Checkpoint)
                break;
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Recorded a first sync of {recording.Rows:#,0} rows, {file.Length / 1e6:0} MB"));
        return recording;
    }

    public IEnumerable<Delta> Deltas()
    {
        using var file = new BufferedStream(File.OpenRead(_file), 1 << 20);
        while (file.Position < file.Length)
            yield return Delta.Parser.ParseDelimitedFrom(file);
    }

    public void Dispose() => File.Delete(_file);
}
