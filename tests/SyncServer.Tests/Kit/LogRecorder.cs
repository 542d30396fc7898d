using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>Keeps what the server logs, for tests that break things on purpose.</summary>
internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public int Count(string part) => Lines.Count(line => line.Text.Contains(part, StringComparison.Ordinal));

    /// <summary>Completes when a line has come.</summary>
    public async Task WaitForAsync(string part, Action? meanwhile = null)
    {
        while (Count(part) == 0)
        {
            meanwhile?.Invoke();
            await Task.Delay(20, RunningServer.Cancellation);
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception?.Message}"));

    public void Dispose()
    {
    }
}
