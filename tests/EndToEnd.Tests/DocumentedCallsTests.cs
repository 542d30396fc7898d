using System.Text.RegularExpressions;
using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>The requests that docs/services.md shows succeed, one after the other, as a reader would run them.</summary>
public sealed partial class DocumentedCallsTests
{
    private const string DocumentedAddress = "http://127.0.0.1:5081";

    [Fact]
    public async Task The_requests_of_the_document_succeed()
    {
        var document = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "docs", "services.md"), TestContext.Current.CancellationToken);
        var blocks = ShellBlock().Matches(document).Select(match => match.Groups[1].Value).ToList();
        Assert.True(blocks.Count > 15, "the blocks were not found");
        await using var service = await Service.StartAsync();
        var script = $"set -euo pipefail\n{string.Join('\n', blocks)}".Replace(DocumentedAddress, service.HttpUrl, StringComparison.Ordinal);

        await using var bash = ChildProcess.StartProgram("bash", ["-c", script]);
        var exitCode = await bash.WaitForExitAsync();

        Assert.True(exitCode == 0, $"exit code {exitCode}\n{bash.Output}\n{bash.Errors}");
        Assert.Contains("\"reason\":\"FIELD_INVALID\"", bash.Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [GeneratedRegex("^```sh\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
