using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Clients;

/// <summary>Which versions of apps are served, and which are only relieved of their outbox.</summary>
internal sealed class ServedVersions(IOptions<ClientOptions> options)
{
    /// <summary>The version that an app must have and has not; null for an app that is served.</summary>
    public string? FindRequired(string appVersion)
    {
        var app = AppVersion.Parse(appVersion);
        if (!options.Value.MinVersion.TryGetValue(app.App, out var required))
            return null;
        // One that says no version cannot show that it is new enough.
        return app.Number is { } number && number >= AppVersion.ParseNumber(required) ? null : required;
    }

    /// <summary>What an app is told that is too old.</summary>
    public static RpcFault Fault(string appVersion, string required) => new(
        ErrorReason.AppTooOld,
        $"{appVersion} is too old: version {required} or later is needed",
        ("min_version", required));
}
