using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Hosting;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Errors;

/// <summary>Whose fault it is: what fails while a caller's bytes are read is the caller's, the same anywhere else is ours.</summary>
public sealed class InterceptorTests : IDisposable
{
    private readonly LogRecorder _log = new();
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
    private readonly DatabaseOutage _outage;
    private readonly ErrorInterceptor _interceptor;

    public InterceptorTests()
    {
        var loggers = new LoggerFactory([_log]);
        _outage = new DatabaseOutage(_nowhere, _nowhere, _nowhere, new FakeTimeProvider(), new Logger<DatabaseOutage>(loggers));
        _interceptor = new ErrorInterceptor(_outage, new SchemaGate(null!, null!), new Logger<ErrorInterceptor>(loggers));
    }

    public static TheoryData<Exception> Ours =>
        [new IOException("the disk is full"), Unparsable(), new InvalidDataException("a row that cannot be read"), new InvalidCastException()];

    public void Dispose()
    {
        _outage.Dispose();
        _nowhere.Dispose();
    }

    [Theory]
    [MemberData(nameof(Ours), DisableDiscoveryEnumeration = true)]
    public async Task A_fault_of_ours_is_logged_under_the_id_that_the_caller_gets(Exception exception)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => _interceptor.UnaryServerHandler<Customer, Customer>(
            new Customer(), new FakeCall(), (_, _) => throw exception));

        Assert.Equal(StatusCode.Internal, fault.StatusCode);
        var id = fault.GetRpcStatus()!.GetDetail<RequestInfo>().RequestId;
        var (level, text) = Assert.Single(_log.Lines);
        Assert.Equal(LogLevel.Error, level);
        Assert.Contains(id, text, StringComparison.Ordinal);
        Assert.Contains(id, fault.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ours), DisableDiscoveryEnumeration = true)]
    public async Task What_a_caller_sends_that_cannot_be_read_is_not_logged(Exception exception)
    {
        var fault = await Assert.ThrowsAsync<RpcException>(() => _interceptor.DuplexStreamingServerHandler<Customer, Customer>(
            new BrokenReader(exception), null!, new FakeCall(), async (requests, _, _) => await requests.MoveNext(default)));

        // A connection that breaks says nothing wrong.
        var isGone = exception.GetType() == typeof(IOException);
        Assert.Equal(isGone ? StatusCode.Cancelled : StatusCode.InvalidArgument, fault.StatusCode);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_database_that_is_away_is_one_line_however_many_call()
    {
        for (var i = 0; i < 100; i++)
        {
            var fault = await Assert.ThrowsAsync<RpcException>(() => _interceptor.UnaryServerHandler<Customer, Customer>(
                new Customer(), new FakeCall(), (_, _) => throw new NpgsqlException("broken", new IOException())));
            Assert.Equal(StatusCode.Unavailable, fault.StatusCode);
        }

        Assert.Single(_log.Lines);
    }

    private static InvalidProtocolBufferException Unparsable() =>
        Assert.Throws<InvalidProtocolBufferException>(() => Customer.Parser.ParseFrom([0x0a, 0x7f]));

    private sealed class BrokenReader(Exception exception) : IAsyncStreamReader<Customer>
    {
        public Customer Current => throw exception;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromException<bool>(exception);
    }
}
