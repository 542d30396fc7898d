using KhsCrm.Storage.Devices;
using KhsCrm.SyncServer.Clients;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <content>What a stream does for an app that is too old to be served.</content>
internal sealed partial class SyncSession
{
    // An app that is too old hands in what waits in its outbox, and gets nothing. One that does not know why it is left alone is
    // told when it has nothing more to say.
    private async Task RelieveAsync(Hello hello, DeviceGreeting greeting, string required, CancellationToken cancellationToken)
    {
        shared.Clock.Add(this);
        try
        {
            await _writer.WriteAsync(new SyncStreamResponse { Welcome = Welcome(greeting, hello, required) }, cancellationToken);
            await TakeOutboxAsync(Guid.Parse(hello.DeviceId), cancellationToken);
        }
        finally
        {
            shared.Clock.Remove(this);
        }

        throw ServedVersions.Fault(hello.AppVersion, required);
    }

    private async Task TakeOutboxAsync(Guid device, CancellationToken cancellationToken)
    {
        var receiving = ReceiveAsync(device, cancellationToken);
        while (!receiving.IsCompleted)
        {
            var received = stream.Meter!.Received;
            await Task.WhenAny(receiving, stream.Over, Task.Delay(_options.CloseTimeout, shared.TimeProvider, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (stream.Over.IsCompleted || received == stream.Meter.Received)
                break;
        }

        await _ended.CancelAsync();
        try
        {
            await receiving;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It was waiting for the device.
        }

        if (stream.Over.IsCompleted)
            await stream.Over;
    }
}
