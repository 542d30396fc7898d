using System.Globalization;

namespace KhsCrm.Fuzzer.Report;

/// <summary>What one caller sent over one call: enough to send it again.</summary>
/// <param name="Role">Who called: <c>owner</c> or <c>worker</c>.</param>
/// <param name="Method">The method, such as <c>/khscrm.v1.SyncService/SyncStream</c>.</param>
/// <param name="Messages">The messages in their order.</param>
internal sealed record CallRecord(string Role, string Method, IReadOnlyList<byte[]> Messages)
{
    public string ToText(int seed) => string.Create(
        CultureInfo.InvariantCulture,
        $"# seed {seed}\n{Role}\n{Method}\n{string.Join('\n', Messages.Select(Convert.ToHexString))}\n");

    public static CallRecord Parse(string text)
    {
        string[] lines = [.. text.Split('\n').Where(line => !line.StartsWith('#'))];
        return new CallRecord(lines[0], lines[1], [.. lines[2..^1].Select(Convert.FromHexString)]);
    }
}
