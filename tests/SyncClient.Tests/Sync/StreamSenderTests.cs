using Grpc.Core;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Sync;

/// <summary>
/// A write meets the end of a connection before its call has heard of it. Then gRPC passes on what HTTP met, and it is as
/// much the end of the stream as any: a loop that took it for a fault of the app would not connect again.
/// </summary>
public sealed class StreamSenderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Exception> Ends => new()
    {
        new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely."),
        new IOException("Broken pipe"),
        new HttpRequestException(HttpRequestError.ConnectionError),
        new InvalidOperationException("Can't write the message because the call is complete."),
    };

    [Theory]
    [MemberData(nameof(Ends), DisableDiscoveryEnumeration = true)]
    public async Task A_write_that_meets_the_end_of_the_connection_ends_the_stream(Exception end)
    {
        using var folder = new TempFolder();
        using var store = LocalStore.Open(new StoreFolder(folder.Path), null, TimeSpan.FromSeconds(30));

        var exception = await Assert.ThrowsAsync<RpcException>(() => new StreamSender(new BrokenStream(end), store).RunAsync(new Hello(), Ct));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Same(end, exception.Status.DebugException);
    }

    [Fact]
    public async Task So_does_the_last_of_a_stream_that_ends_in_good_order()
    {
        using var folder = new TempFolder();
        using var store = LocalStore.Open(new StoreFolder(folder.Path), null, TimeSpan.FromSeconds(30));
        var sender = new StreamSender(new BrokenStream(new IOException("Broken pipe"), isWritable: true), store);

        sender.Complete();

        await Assert.ThrowsAsync<RpcException>(() => sender.RunAsync(new Hello(), Ct));
    }

    private sealed class BrokenStream(Exception end, bool isWritable = false) : IClientStreamWriter<SyncStreamRequest>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(SyncStreamRequest message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(SyncStreamRequest message, CancellationToken cancellationToken) =>
            isWritable ? Task.CompletedTask : Task.FromException(end);

        public Task CompleteAsync() => Task.FromException(end);
    }
}
