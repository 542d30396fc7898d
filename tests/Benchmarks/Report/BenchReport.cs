using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KhsCrm.Benchmarks.Report;

/// <summary>
/// Collects the scenarios of a run, prints them as a table, and keeps them in <c>artifacts/bench.json</c>:
/// <c>{scenario: {value, unit, floor, ratio, goal}}</c>. Scenarios of earlier runs stay in the file until they are run again.
/// </summary>
internal sealed class BenchReport(string path)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly List<Scenario> _scenarios = [];

    public void Add(Scenario scenario) => _scenarios.Add(scenario);

    /// <summary>Prints the table and writes the file.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (_scenarios.Count == 0)
            return;
        Console.WriteLine();
        Console.WriteLine("| scenario | value | floor | ratio | goal | unit |");
        Console.WriteLine("|---|--:|--:|--:|--:|---|");
        foreach (var scenario in _scenarios)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {scenario.Name} | {scenario.Value:#,0.##} | {scenario.Floor:#,0.##} | {scenario.Ratio:0.00} | {scenario.Goal:0.##} | {scenario.Unit} |"));
        }

        var document = File.Exists(path)
            ? JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken))!.AsObject()
            : [];
        foreach (var scenario in _scenarios)
        {
            document[scenario.Name] = new JsonObject
            {
                ["value"] = Rounded(scenario.Value),
                ["unit"] = scenario.Unit,
                ["floor"] = Rounded(scenario.Floor),
                ["ratio"] = Rounded(scenario.Ratio),
                ["goal"] = scenario.Goal,
            };
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllTextAsync(path, document.ToJsonString(Indented) + "\n", cancellationToken);
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 3) : null;
}
