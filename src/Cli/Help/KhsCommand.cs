using System.CommandLine;

namespace KhsCrm.Cli.Help;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">What is typed.</param>
/// <param name="description">What it does, a sentence.</param>
/// <param name="examples">Command lines to learn from, without the <c>khs</c> that they begin with.</param>
internal sealed class KhsCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines to learn from, without the <c>khs</c> that they begin with.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
