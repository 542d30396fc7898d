using System.Text;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Rescue;

/// <summary>The way back from a damaged store: the edits that only it has are saved, and the rest comes from the server.</summary>
public sealed class RescueTests : IAsyncLifetime
{
    private const int PageSize = 4096;
    private const int Edits = 300;

    private readonly TempFolder _folder = new();
    private ScriptedServer _server = null!;
    private Hello _hello = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string DatabaseFile => Path.Combine(_folder.Path, "khscrm.db");

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        await using var client = await _server.OpenClientAsync(_folder.Path);
        _hello = await SyncAsync(client, Rows.Checkpoint("c1", 0, [.. Enumerable.Range(0, 2_000).Select(_ => Rows.Saved(Rows.Customer("Came from the server")))]));
        for (var number = 0; number < Edits; number++)
            await client.Customers.AddAsync(new() { Name = $"Unsent {number:000}", Address = "Here", Notes = new string('n', 300) }, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Edits_survive_damaged_rows_and_reach_the_server_in_their_order()
    {
        Damage(page => page.Contains("Came from the server", StringComparison.Ordinal));
        await using (var client = await KhsCrmClient.OpenAsync(Options(), Ct))
        {
            var failure = await Assert.ThrowsAsync<KhsCrmException>(() => client.Customers.ListAsync(cancellationToken: Ct));
            Assert.Equal(ErrorReason.StoreDamaged, failure.Reason);
        }

        var report = await KhsCrmClient.RescueAsync(Options(), Ct);

        Assert.Equal((Edits, 0, true), (report.SavedEdits, report.LostEdits, report.IsSignedIn));
        Assert.True(File.Exists(report.DamagedFile));
        await using var rescued = await KhsCrmClient.OpenAsync(Options(), Ct);
        Assert.Equal(Edits, (await rescued.Customers.ListAsync(new() { Search = "unsent", PageSize = 1_000 }, Ct)).Items.Count);
        var syncing = rescued.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        var hello = await stream.WelcomeAsync(maxOperations: 1_000);
        Assert.Equal((_hello.DeviceId, true, 1), (hello.DeviceId, hello.Cursor.IsEmpty, hello.NextClientSeq));
        var batch = await stream.ReadBatchAsync();
        Assert.Equal(Enumerable.Range(0, Edits).Select(number => $"Unsent {number:000}"), batch.Operations.Select(one => one.Entity.Customer.Name));
        await stream.AnswerAsync(batch);
        await stream.WriteAsync(Rows.Checkpoint("c2", Edits));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;
    }

    [Fact]
    public async Task Edits_in_whole_parts_of_a_damaged_outbox_are_saved()
    {
        Damage(page => page.Contains("Unsent 150", StringComparison.Ordinal));

        var report = await KhsCrmClient.RescueAsync(Options(), Ct);

        Assert.InRange(report.SavedEdits, Edits / 2, Edits - 1);
        Assert.Equal(Edits, report.SavedEdits + report.LostEdits);
        await using var rescued = await KhsCrmClient.OpenAsync(Options(), Ct);
        var saved = (await rescued.Outbox.ListAsync(cancellationToken: Ct)).Select(entry => entry.Operation.Entity.Customer.Name).ToList();
        Assert.Equal(saved.Order(StringComparer.Ordinal), saved);
        Assert.Contains("Unsent 000", saved);
        Assert.Contains($"Unsent {Edits - 1:000}", saved);
    }

    [Fact]
    public async Task A_file_that_is_gone_altogether_makes_room_for_a_new_store()
    {
        Damage(_ => true);

        var report = await KhsCrmClient.RescueAsync(Options(), Ct);

        Assert.Equal((0, false), (report.SavedEdits, report.IsSignedIn));
        await using var client = await KhsCrmClient.OpenAsync(Options(), Ct);
        await client.SignInAsync("olga@khscrm.com", "secret", Ct);
        Assert.NotEqual(_hello.DeviceId, (await SyncAsync(client, Rows.Checkpoint("c1", 0))).DeviceId);
    }

    [Fact]
    public async Task A_folder_that_a_client_syncs_is_left_alone()
    {
        await using var client = await KhsCrmClient.OpenAsync(Options(), Ct);
        await client.StartAsync(Ct);

        await Assert.ThrowsAsync<StoreInUseException>(() => KhsCrmClient.RescueAsync(Options(), Ct));

        Assert.Equal(Edits, (await client.Outbox.CountAsync(Ct)).Unsent);
    }

    private async Task<Hello> SyncAsync(KhsCrmClient client, Delta checkpoint)
    {
        var syncing = client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        var hello = await stream.WelcomeAsync();
        await stream.WriteAsync(checkpoint);
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;
        return hello;
    }

    private KhsCrmClientOptions Options() => new() { DataFolder = _folder.Path, ServerAddress = _server.Address };

    private void Damage(Func<string, bool> isHit)
    {
        var bytes = File.ReadAllBytes(DatabaseFile);
        var hits = 0;
        for (var at = 0; at < bytes.Length; at += PageSize)
        {
            if (!isHit(Encoding.Latin1.GetString(bytes, at, PageSize)))
                continue;
            Array.Fill(bytes, (byte)0xFF, at, PageSize);
            hits++;
        }

        Assert.NotEqual(0, hits);
        File.WriteAllBytes(DatabaseFile, bytes);
    }
}
