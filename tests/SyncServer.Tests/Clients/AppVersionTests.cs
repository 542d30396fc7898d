using KhsCrm.SyncServer.Clients;
using Microsoft.Extensions.Options;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Clients;

/// <summary>Which versions of an app are served.</summary>
public sealed class AppVersionTests
{
    [Theory]
    [InlineData("khs/1.1.9", "1.2.0")]
    [InlineData("khs/0.9", "1.2.0")]
    [InlineData("KHS/1", "1.2.0")]
    [InlineData("khs", "1.2.0")]
    [InlineData("khs/nightly", "1.2.0")]
    [InlineData("khs/1.2.0", null)]
    [InlineData("khs/1.2", null)]
    [InlineData("khs/1.2.0-beta.3+5c2f", null)]
    [InlineData("khs/1.10.0", null)]
    [InlineData("other/0.1", null)]
    [InlineData("", null)]
    public void An_app_that_is_named_needs_its_version_and_any_other_is_served(string appVersion, string? required)
    {
        var options = new ClientOptions { MinVersion = { ["khs"] = "1.2.0" } };

        Assert.Equal(required, new ServedVersions(Options.Create(options)).FindRequired(appVersion));
    }

    [Theory]
    [InlineData("khs", "newest")]
    [InlineData("khs", "")]
    [InlineData("khs/1.0", "1.2.0")]
    [InlineData("", "1.2.0")]
    public void What_is_no_app_or_no_version_is_refused_when_the_server_starts(string app, string version) =>
        Assert.Single(new ClientOptions { MinVersion = { [app] = version } }.Validate(null!));
}
