namespace KhsCrm.SyncClient.Tests.Readme;

/// <summary>What the package's README shows is code that compiles.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Every_block_of_the_readme_is_in_the_compiled_snippets()
    {
        var compiled = Trimmed(Read("Snippets.cs"));
        var blocks = Read("README.md").Split("```csharp\n").Skip(1).Select(part => part.Split("```")[0]).ToList();

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(Trimmed(block), compiled, StringComparison.Ordinal));
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(ReadmeTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Trimmed(string text) => string.Join('\n', text.Trim().Split('\n').Select(line => line.Trim()));
}
