using System.Text.RegularExpressions;

namespace KhsCrm.Instruments.Tests.Architecture;

/// <summary>The folders of a project, and which of them use types of which others. A folder is a namespace.</summary>
internal sealed partial class SourceFolders
{
    private readonly List<(string Namespace, string Text)> _files;
    private readonly Dictionary<string, HashSet<string>> _types;

    public SourceFolders(string project)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "KhsCrm.sln")))
            root = root.Parent ?? throw new InvalidOperationException("These tests lie outside of the sources.");
        var folder = Path.Combine(root.FullName, "src", project);
        _files =
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0].Equals("obj", StringComparison.Ordinal))
                .Select(file => Comment().Replace(File.ReadAllText(file), ""))
                .Select(text => (NamespaceOf().Match(text).Groups[1].Value, text))
                .Where(file => file.Value.Length > 0),
        ];
        _types = _files.GroupBy(file => file.Namespace).ToDictionary(
            files => files.Key, files => files.SelectMany(file => Declaration().Matches(file.Text).Concat(ExtensionMethod().Matches(file.Text)))
                .Select(match => match.Groups[1].Value).ToHashSet());
    }

    /// <summary>
    /// The uses that are left when again and again every folder is taken away that uses none of the others (Kahn, "Topological
    /// sorting of large networks", 1962): those of circles, and of whoever uses a circle.
    /// </summary>
    public IReadOnlyList<(string From, string To)> Circles()
    {
        var uses = _files.SelectMany(file => UsedBy(file).Select(used => (From: file.Namespace, To: used))).Distinct().ToList();
        while (true)
        {
            var users = uses.Select(use => use.From).ToHashSet();
            if (uses.RemoveAll(use => !users.Contains(use.To)) == 0)
                return uses;
        }
    }

    private IEnumerable<string> UsedBy((string Namespace, string Text) file)
    {
        var usings = Using().Matches(file.Text).Select(match => match.Groups[1].Value).ToHashSet();
        var words = Word().Matches(file.Text).Select(match => match.Value).ToHashSet();
        return _types.Keys.Where(other => other != file.Namespace && (IsInSight(other) ? words.Overlaps(_types[other]) : IsNamedInFull(other)));

        bool IsInSight(string other) => usings.Contains(other) || file.Namespace.StartsWith($"{other}.", StringComparison.Ordinal);

        bool IsNamedInFull(string other) =>
            _types[other].Any(type => file.Text.Contains($" {other.Split('.')[^1]}.{type}", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceOf();

    [GeneratedRegex(@"^using (?:static )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record|delegate \w+)(?: struct)? (\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(\w+)(?:<\w+>)?\(\s*this ")]
    private static partial Regex ExtensionMethod();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Word();
}
