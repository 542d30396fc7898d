using Grpc.Net.Client;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.RunningServer;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>Pages are compressed for those who accept it, and for nobody else.</summary>
public sealed class CompressionTests
{
    [Theory]
    [InlineData(true, "gzip")]
    [InlineData(false, "identity")]
    public async Task Is_what_the_caller_accepts(bool accepts, string expected)
    {
        await using var server = await StartAsync();
        await server.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 500) i");
        using var observer = new EncodingObserver { InnerHandler = new SocketsHttpHandler() };
        using var channel = GrpcChannel.ForAddress(
            server.Address, new() { HttpHandler = observer, CompressionProviders = accepts ? null : [] });
        var client = new V1.SyncService.SyncServiceClient(channel);
        var credentials = await server.OwnerAsync();

        using var pull = client.Pull(new PullRequest(), credentials, cancellationToken: Cancellation);
        var pulled = new List<Change>();
        while (await pull.ResponseStream.MoveNext(Cancellation))
            pulled.AddRange(pull.ResponseStream.Current.Delta.Changes);
        Assert.Equal(expected, observer.Last);

        using var stream = client.SyncStream(credentials, cancellationToken: Cancellation);
        var streamed = await stream.CatchUpAsync();
        Assert.Equal(expected, observer.Last);

        Assert.Equal(500, pulled.Count(change => change.Entity.Customer is not null));
        Assert.Equal(pulled, streamed);
    }

    private sealed class EncodingObserver : DelegatingHandler
    {
        public string Last { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            Last = response.Headers.TryGetValues("grpc-encoding", out var values) ? values.Single() : "identity";
            return response;
        }
    }
}
