using System.ComponentModel.DataAnnotations;

namespace KhsCrm.SyncServer.Clients;

/// <summary>Which apps are served.</summary>
public sealed class ClientOptions : IValidatableObject
{
    /// <summary>
    /// Gets the oldest version of each app that is served, by the app's name: <c>Clients:MinVersion:khs = 1.2.0</c>. An older one
    /// may still push what waits in its outbox. An app that is not named is served in any version.
    /// </summary>
    public IDictionary<string, string> MinVersion { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from app in MinVersion
        where AppVersion.ParseNumber(app.Value) is null || app.Key.Length == 0 || app.Key.Contains('/', StringComparison.Ordinal)
        select new ValidationResult(
            $"Clients:MinVersion:{app.Key} is '{app.Value}': give the name of an app and a version such as 1.2.0", [nameof(MinVersion)]);
}
