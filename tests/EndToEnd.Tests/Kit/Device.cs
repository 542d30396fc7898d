using System.Text.Json.Nodes;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>A folder, which is a device, and <c>khs</c> run on it: a process for each command.</summary>
internal sealed class Device : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("khs-device-").FullName;

    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(string[] arguments, string? input = null)
    {
        await using var process = ChildProcess.Start("khs.dll", [.. arguments, "--data", Folder], input);
        var exitCode = await process.WaitForExitAsync();
        return (exitCode, process.Output, process.Errors);
    }

    /// <summary>Runs a command that must succeed, and reads its JSON document.</summary>
    public async Task<JsonNode> JsonAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync([.. arguments, "--json"]);
        Assert.True(exitCode == 0, $"khs {string.Join(' ', arguments)}: exit code {exitCode}\n{output}\n{errors}");
        return JsonNode.Parse(output)!;
    }

    /// <summary>All that the device shows, as one text to compare.</summary>
    public async Task<string> StateAsync()
    {
        var customers = await JsonAsync("customers", "list");
        var jobs = await JsonAsync("jobs", "list");
        List<string> parts = [customers.ToJsonString(), jobs.ToJsonString()];
        foreach (var job in jobs["jobs"]!.AsArray().Select(job => (string)job!["id"]!).Order(StringComparer.Ordinal))
            parts.Add((await JsonAsync("materials", "list", job)).ToJsonString());
        return string.Join('\n', parts);
    }

    public ChildProcess Watch() => ChildProcess.Start("khs.dll", ["sync", "--watch", "--data", Folder]);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
