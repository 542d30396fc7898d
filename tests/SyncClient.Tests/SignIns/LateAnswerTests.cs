using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.SignIns;

/// <summary>What the server answers after the user has signed out brings no session back.</summary>
public sealed class LateAnswerTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ScriptedServer _server = null!;
    private KhsCrmClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _client = await _server.OpenClientAsync(_folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_renewal_that_ends_after_sign_out_signs_nobody_in(bool isGranted, bool isSomebodyElseIn)
    {
        _server.AllowsRefresh = isGranted;
        var release = _server.HoldRefreshes();
        var calling = _client.CallAsync(
            (invoker, options) => new AuthService.AuthServiceClient(invoker).ListSessionsAsync(new(), options), Ct);
        await _server.RefreshAsked.WaitAsync(ScriptedServer.Hung, Ct);
        await _client.SignOutAsync(Ct);
        if (isSomebodyElseIn)
        {
            _server.User = new() { Id = Rows.NewId(), Name = "Bob", Role = Role.Owner };
            await _client.SignInAsync("bob@khscrm.com", "secret", Ct);
        }

        release.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => calling);

        var device = await _client.GetDeviceAsync(Ct);
        Assert.Equal(isSomebodyElseIn ? "Bob" : null, device.User?.Name);
        Assert.False(device.MustSignInAgain);
    }
}
