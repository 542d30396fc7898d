using System.Net.Sockets;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Loops;
using KhsCrm.SyncServer.Tests.Kit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Loops;

/// <summary>No background loop ends, whatever its work throws.</summary>
public sealed class DatabaseLoopTests
{
    public static TheoryData<string> Exceptions => new("bug", "missing", "cancelled", "disposed");

    [Theory]
    [MemberData(nameof(Exceptions))]
    public async Task A_loop_survives_logs_once_and_goes_on(string fault)
    {
        Exception exception = fault switch
        {
            "bug" => new InvalidOperationException("a bug"),
            "missing" => new KeyNotFoundException(),
            "cancelled" => new OperationCanceledException(),
            _ => new ObjectDisposedException("connector"),
        };
        using var loop = new FailingLoop(exception, failures: 3);
        await loop.StartAsync(TestContext.Current.CancellationToken);

        await loop.Succeeded.Task.WaitAsync(TestContext.Current.CancellationToken);
        await loop.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal([exception], loop.Logged);
        Assert.True(loop.ExecuteTask!.IsCompletedSuccessfully);
    }

    /// <summary>One line says for all loops and calls that the database is away.</summary>
    [Fact]
    public async Task A_loop_leaves_it_to_the_outage_to_say_that_the_database_is_away()
    {
        using var loop = new FailingLoop(new SocketException(11001), failures: 3);
        await loop.StartAsync(TestContext.Current.CancellationToken);

        await loop.Succeeded.Task.WaitAsync(TestContext.Current.CancellationToken);
        await loop.StopAsync(TestContext.Current.CancellationToken);

        Assert.Empty(loop.Logged);
        Assert.Equal(1, loop.Log.Count("FailingLoop: the database is away."));
        Assert.Single(loop.Log.Lines);
    }

    [Fact]
    public async Task A_loop_that_ended_all_the_same_would_not_end_the_host()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(
            BackgroundServiceExceptionBehavior.Ignore, server.Service<IOptions<HostOptions>>().Value.BackgroundServiceExceptionBehavior);
    }

    private sealed class FailingLoop : DatabaseLoop
    {
        private readonly Exception _exception;
        private readonly int _failures;
        private readonly NpgsqlDataSource _nowhere;
        private readonly DatabaseOutage _outage;
        private int _rounds;

        public FailingLoop(Exception exception, int failures)
            : this(exception, failures, new LogRecorder(), NpgsqlDataSource.Create("Host=127.0.0.1;Port=1"))
        {
        }

        private FailingLoop(Exception exception, int failures, LogRecorder log, NpgsqlDataSource nowhere)
            : this(exception, failures, log, nowhere, new DatabaseOutage(
                nowhere, nowhere, nowhere, TimeProvider.System, new Logger<DatabaseOutage>(new LoggerFactory([log]))))
        {
        }

        private FailingLoop(Exception exception, int failures, LogRecorder log, NpgsqlDataSource nowhere, DatabaseOutage outage)
            : base(TimeSpan.FromMilliseconds(1), TimeProvider.System, outage, log) =>
            (_exception, _failures, Log, _nowhere, _outage) = (exception, failures, log, nowhere, outage);

        public LogRecorder Log { get; }

        public List<Exception> Logged { get; } = [];

        public TaskCompletionSource Succeeded { get; } = new();

        protected override async Task StepAsync(CancellationToken cancellationToken)
        {
            if (_rounds++ < _failures)
                throw _exception;
            Succeeded.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        public override void Dispose()
        {
            _outage.Dispose();
            _nowhere.Dispose();
            base.Dispose();
        }

        protected override void LogFailure(Exception failure) => Logged.Add(failure);
    }
}
