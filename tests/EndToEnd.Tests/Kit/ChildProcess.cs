using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>One of our programs as a process of its own.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>Starts a program that lies beside the tests.</summary>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string? input = null, params (string Name, string Value)[] environment) =>
        StartProgram("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments], input, environment);

    /// <summary>Starts any program.</summary>
    public static ChildProcess StartProgram(
        string file, IEnumerable<string> arguments, string? input = null, params (string Name, string Value)[] environment)
    {
        // Not deaf to Ctrl-C, as a terminal would start it, however the tests were started.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = input is not null,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, data) => child.Received(data.Data);
        child._process.ErrorDataReceived += (_, data) =>
        {
            lock (child._errors)
                child._errors.AppendLine(data.Data);
        };
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        if (input is not null)
        {
            child._process.StandardInput.WriteLine(input);
            child._process.StandardInput.Close();
        }

        return child;
    }

    /// <summary>Waits for a line of the output that has a text in it.</summary>
    public async Task<string> WaitForLineAsync(string text)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return line;
        }

        throw new InvalidOperationException($"It ended without '{text}':\n{Output}\n{Errors}");
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Sends a signal such as INT or KILL.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Received(string? line)
    {
        if (line is null)
        {
            _lines.Writer.TryComplete();
            return;
        }

        lock (_output)
            _output.AppendLine(line);
        _lines.Writer.TryWrite(line);
    }
}
