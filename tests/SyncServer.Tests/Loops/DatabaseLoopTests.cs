using System.Net.Sockets;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Tests.Kit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Loops;

/// <summary>No background loop ends, whatever its work throws.</summary>
public sealed class DatabaseLoopTests
{
    public static TheoryData<Exception> Exceptions => new(
        new SocketException(11001), new InvalidOperationException("a bug"), new NullReferenceException(), new OperationCanceledException(),
        new ObjectDisposedException("connector"));

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public async Task A_loop_survives_logs_once_and_goes_on(Exception exception)
    {
        using var loop = new FailingLoop(exception, failures: 3);
        await loop.StartAsync(TestContext.Current.CancellationToken);

        await loop.Succeeded.Task.WaitAsync(TestContext.Current.CancellationToken);
        await loop.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal([exception], loop.Logged);
        Assert.True(loop.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_loop_that_ended_all_the_same_would_not_end_the_host()
    {
        await using var server = await RunningServer.StartAsync();

        Assert.Equal(
            BackgroundServiceExceptionBehavior.Ignore, server.Service<IOptions<HostOptions>>().Value.BackgroundServiceExceptionBehavior);
    }

    private sealed class FailingLoop(Exception exception, int failures)
        : DatabaseLoop(TimeSpan.FromMilliseconds(1), TimeProvider.System, NullLogger.Instance)
    {
        private int _rounds;

        public List<Exception> Logged { get; } = [];

        public TaskCompletionSource Succeeded { get; } = new();

        protected override async Task StepAsync(CancellationToken cancellationToken)
        {
            if (_rounds++ < failures)
                throw exception;
            Succeeded.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        protected override void LogFailure(Exception failure) => Logged.Add(failure);
    }
}
