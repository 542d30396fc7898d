using System.Text;
using Grpc.Core;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.SignIns;

public sealed class RevokedDeviceTests : IAsyncLifetime
{
    private const string Secret = "ada.secret@example.dotcom";

    private readonly TempFolder _folder = new();
    private readonly byte[] _proof = [.. Enumerable.Range(0, 32).Select(one => (byte)one)];
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

    [Fact]
    public async Task It_locks_what_it_holds_and_never_registers_anew()
    {
        var hello = await SyncAsync();

        var again = await RevokeAsync();

        Assert.Equal(hello.DeviceId, again.DeviceId);
        Assert.Equal(SyncState.Revoked, _client.Status.State);
        var locked = await Assert.ThrowsAsync<KhsCrmException>(() => _client.Customers.ListAsync(cancellationToken: Ct));
        Assert.Equal(ErrorReason.DeviceRevoked, locked.Reason);
        Assert.True(FolderHas(Secret)); // Locked, not destroyed.
        // Not by being opened again, nor by signing in.
        await _client.DisposeAsync();
        _client = await _server.OpenClientAsync(_folder.Path);
        await Assert.ThrowsAsync<KhsCrmException>(() => _client.Customers.ListAsync(cancellationToken: Ct));
        Assert.Equal(hello.DeviceId, (await RevokeAsync()).DeviceId);
    }

    [Fact]
    public async Task It_destroys_its_store_on_the_proof_that_was_agreed_when_it_registered()
    {
        Assert.True((await SyncAsync()).WantsWipeProof);
        await _client.Customers.AddAsync(new() { Name = "Unsent", Address = "unsent-address" }, Ct);

        await RevokeAsync(("wipe_proof", Convert.ToHexStringLower(_proof)));

        Assert.Equal(SyncState.Revoked, _client.Status.State);
        Assert.Equal(0, (await _client.Outbox.CountAsync(Ct)).Unsent);
        Assert.False(FolderHas(Secret));
        Assert.False(FolderHas("unsent-address"));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("not hexadecimal")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public async Task It_destroys_nothing_on_another_proof(string shown)
    {
        await SyncAsync();

        await RevokeAsync(("wipe_proof", shown));

        Assert.True(FolderHas(Secret));
    }

    [Fact]
    public async Task A_proof_that_comes_later_does_not_replace_the_first()
    {
        await SyncAsync();
        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        var hello = await stream.WelcomeAsync(wipeProof: new byte[32]);
        await stream.WriteAsync(Rows.Checkpoint("c2", 0));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;

        await RevokeAsync(("wipe_proof", Convert.ToHexStringLower(new byte[32])));

        Assert.False(hello.WantsWipeProof);
        Assert.True(FolderHas(Secret));
    }

    [Fact]
    public async Task Another_user_gets_the_folder_and_nothing_of_the_first_is_left_in_its_bytes()
    {
        var first = await SyncAsync();
        // The search index has the words of a row too.
        await _client.WhenIdleAsync();
        Assert.True(FolderHas("dotcom"));
        _server.User = new() { Id = Rows.NewId(), Name = "Bob", Role = Role.Worker };

        await _client.SignInAsync("bob@khscrm.com", "secret", Ct);

        Assert.False(FolderHas(Secret));
        Assert.False(FolderHas("Ada Secret"));
        Assert.False(FolderHas("dotcom"));
        Assert.NotEqual(first.DeviceId, (await _client.GetDeviceAsync(Ct)).DeviceId);
    }

    private async Task<Hello> SyncAsync()
    {
        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        var hello = await stream.WelcomeAsync(wipeProof: _proof);
        // Enough to be in many pages, and in the WAL.
        var rows = Enumerable.Range(0, 500).Select(_ => Rows.Customer("Ada Secret")).ToList();
        rows.ForEach(row => row.Email = Secret);
        await stream.WriteAsync(Rows.Checkpoint("c1", 0, [.. rows.Select(Rows.Saved)]));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;
        Assert.True(FolderHas(Secret));
        return hello;
    }

    private async Task<Hello> RevokeAsync(params (string, string)[] metadata)
    {
        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        var hello = (await stream.ReadAsync()).Hello;
        stream.Fail(StatusCode.FailedPrecondition, "DEVICE_REVOKED", metadata);
        var failure = await Assert.ThrowsAsync<KhsCrmException>(() => syncing);
        Assert.Equal(ErrorReason.DeviceRevoked, failure.Reason);
        return hello;
    }

    private bool FolderHas(string text) => Directory.EnumerateFiles(_folder.Path)
        .Any(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
        });
}
