using System.Collections.Concurrent;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Report;

/// <summary>Counts what was sent and reached, and keeps what was found. Safe to call from any thread.</summary>
internal sealed class FuzzReport
{
    private readonly ConcurrentDictionary<string, int> _findings = new();
    private readonly ConcurrentQueue<FuzzFinding> _new = new();
    private readonly ConcurrentDictionary<string, long> _reasons = new();
    private readonly ConcurrentDictionary<string, long> _operations = new();
    private readonly ConcurrentDictionary<string, long> _messageTypes = new();
    private long _messages;
    private long _effective;
    private int _files;

    public long Messages => Interlocked.Read(ref _messages);

    public int Findings => _findings.Count;

    public void Sent(string messageType, long count = 1)
    {
        Interlocked.Add(ref _messages, count);
        _messageTypes.AddOrUpdate(messageType, count, (_, old) => old + count);
    }

    public void TookEffect(long count = 1) => Interlocked.Add(ref _effective, count);

    public void Reached(string reason) => _reasons.AddOrUpdate(reason, 1, (_, old) => old + 1);

    public void Answered(string role, Operation operation, OperationResult result) =>
        _operations.AddOrUpdate($"{role} {operation.Kind} {operation.Entity?.RowCase} {result.Outcome}", 1, (_, old) => old + 1);

    public void Found(FuzzFinding finding)
    {
        if (_findings.AddOrUpdate(finding.Kind, 1, (_, times) => times + 1) == 1)
            _new.Enqueue(finding);
    }

    /// <summary>Tells of findings of a new kind, each with the file that repeats it and what the server logged.</summary>
    public async Task TellAsync(int seed, string folder, Func<string, string> logOf)
    {
        while (_new.TryDequeue(out var finding))
        {
            await Console.Out.WriteLineAsync($"FINDING (seed {seed}): {finding.Kind}\n  {finding.Text}");
            if (finding.RequestId is { } requestId)
                await Console.Out.WriteLineAsync(logOf(requestId));
            if (finding.Record is not { } record)
                continue;
            Directory.CreateDirectory(folder);
            var file = Path.Combine(folder, $"finding-{seed}-{++_files}.txt");
            await File.WriteAllTextAsync(file, record.ToText(seed));
            await Console.Out.WriteLineAsync($"  again: scripts/fuzz --replay {file}");
        }
    }

    /// <summary>Writes it all; the last line says how many findings there are.</summary>
    public async Task WriteAsync(int seed, TimeSpan took)
    {
        var output = Console.Out;
        await output.WriteLineAsync($"seed {seed}, {took.TotalSeconds:0} s, {Messages / Math.Max(1, took.TotalSeconds):0} messages/s, "
            + $"{100.0 * Interlocked.Read(ref _effective) / Math.Max(1, Messages):0.0} % took effect");
        await WriteAsync("message types", _messageTypes);
        await WriteAsync("error reasons", _reasons);
        await WriteAsync("roles, operations and outcomes", _operations);
        foreach (var (kind, times) in _findings.OrderBy(found => found.Key, StringComparer.Ordinal))
            await output.WriteLineAsync($"FINDING, {times} times: {kind}");
        await output.WriteLineAsync($"{Messages} messages, {Findings} findings");
    }

    private static async Task WriteAsync(string title, ConcurrentDictionary<string, long> counts)
    {
        await Console.Out.WriteLineAsync($"{title} ({counts.Count}):");
        foreach (var (name, count) in counts.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            await Console.Out.WriteLineAsync($"  {name}: {count}");
    }
}
