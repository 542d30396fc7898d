namespace KhsCrm.SyncServer.Clients;

/// <summary>An app and its version, from a text such as <c>khs/1.2.0</c> or <c>khs/1.3.0-beta.1+5c2f</c>.</summary>
/// <param name="App">The app's name.</param>
/// <param name="Number">The version; null for a text that has none.</param>
internal sealed record AppVersion(string App, Version? Number)
{
    public static AppVersion Parse(string text)
    {
        var parts = text.Split('/', 2);
        return new(parts[0], parts.Length == 2 ? ParseNumber(parts[1]) : null);
    }

    /// <summary>Reads a version of one to four numbers. What follows a hyphen or a plus is not compared: a beta counts as its release.</summary>
    public static Version? ParseNumber(string text)
    {
        var numbers = text.Split('-', '+', ' ')[0];
        if (!Version.TryParse(numbers.Contains('.', StringComparison.Ordinal) ? numbers : $"{numbers}.0", out var version))
            return null;
        return new Version(version.Major, version.Minor, Math.Max(version.Build, 0), Math.Max(version.Revision, 0));
    }
}
