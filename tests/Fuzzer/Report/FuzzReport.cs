using System.Collections.Concurrent;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Report;

/// <summary>Counts what was sent and reached, and keeps what was found. Safe to call from any thread.</summary>
internal sealed class FuzzReport
{
    private readonly ConcurrentDictionary<string, (FuzzFinding Finding, int Times)> _findings = new();
    private readonly ConcurrentDictionary<string, long> _reasons = new();
    private readonly ConcurrentDictionary<string, long> _operations = new();
    private readonly ConcurrentDictionary<string, long> _messageTypes = new();
    private long _messages;
    private long _effective;

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

    public void Found(FuzzFinding finding) =>
        _findings.AddOrUpdate(finding.Kind, (finding, 1), (_, old) => (old.Finding, old.Times + 1));

    /// <summary>Writes it all; the last line says how many findings there are.</summary>
    public async Task WriteAsync(int seed, TimeSpan took, string folder)
    {
        var output = Console.Out;
        await output.WriteLineAsync($"seed {seed}, {took.TotalSeconds:0} s, {Messages / Math.Max(1, took.TotalSeconds):0} messages/s, "
            + $"{100.0 * Interlocked.Read(ref _effective) / Math.Max(1, Messages):0.0} % took effect");
        await WriteAsync("message types", _messageTypes);
        await WriteAsync("error reasons", _reasons);
        await WriteAsync("roles, operations and outcomes", _operations);
        Directory.CreateDirectory(folder);
        var number = 0;
        foreach (var (finding, times) in _findings.Values.OrderBy(found => found.Finding.Kind, StringComparer.Ordinal))
        {
            await output.WriteLineAsync($"FINDING {++number} ({times} times, seed {seed}): {finding.Kind}\n  {finding.Text}");
            if (finding.Record is not { } record)
                continue;
            var file = Path.Combine(folder, $"finding-{seed}-{number}.txt");
            await File.WriteAllTextAsync(file, record.ToText(seed));
            await output.WriteLineAsync($"  again: scripts/fuzz --replay {file}");
        }

        await output.WriteLineAsync($"{Messages} messages, {Findings} findings");
    }

    private static async Task WriteAsync(string title, ConcurrentDictionary<string, long> counts)
    {
        await Console.Out.WriteLineAsync($"{title} ({counts.Count}):");
        foreach (var (name, count) in counts.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            await Console.Out.WriteLineAsync($"  {name}: {count}");
    }
}
