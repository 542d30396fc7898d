using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Live;
using KhsCrm.Storage.Schema;
using KhsCrm.Storage.Tests.Deltas.Clusters;
using KhsCrm.TestKit;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Live;

/// <summary>
/// A window that holds nothing costs no transaction id: servers that proved such windows would set each other off. On a server
/// of its own, because transaction ids are those of all databases of a server.
/// </summary>
public sealed class EmptyWindowTests : IAsyncLifetime
{
    private HistoryServer _server = null!;
    private HistoryDatabase _database = null!;

    private static CancellationToken Cancellation => HistoryDatabase.Cancellation;

    private static KindSet Kinds => KindSet.Default;

    public async ValueTask InitializeAsync()
    {
        _server = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(_server.ConnectionString, Cancellation);
        _database = HistoryDatabase.Of(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Ids_that_other_programs_take_move_nobody_and_are_looked_at_once()
    {
        var reader = new LiveReader(_database.DataSource, Options.Create(new LiveWindowOptions()));
        var position = await reader.ReadPositionAsync(Cancellation);
        await TakeIdAsync();
        Assert.Null(await reader.ConfirmAsync(position, Cancellation));
        var before = await SnapshotAsync();

        var window = await reader.ReadAsync(position, Kinds, [], Cancellation);

        Assert.True(window.IsEmpty);
        Assert.Equal(position.Snapshot, window.To.Snapshot);
        Assert.Equal(before, await SnapshotAsync());
        Assert.NotNull(await reader.ConfirmAsync(window.To, Cancellation));
        await _database.AddAsync("later");
        Assert.Null(await reader.ConfirmAsync(window.To, Cancellation));
        Assert.False((await reader.ReadAsync(window.To, Kinds, [], Cancellation)).IsEmpty);
    }

    [Fact]
    public async Task A_look_is_worth_nothing_after_a_checkpoint_which_every_crash_ends_with()
    {
        var reader = new LiveReader(_database.DataSource, Options.Create(new LiveWindowOptions()));
        var position = await reader.ReadPositionAsync(Cancellation);
        await TakeIdAsync();
        var window = await reader.ReadAsync(position, Kinds, [], Cancellation);

        await _database.RunAsync("CHECKPOINT");

        Assert.Null(await reader.ConfirmAsync(window.To, Cancellation));
    }

    private async Task TakeIdAsync()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var take = new NpgsqlCommand("SELECT pg_current_xact_id()", connection);
        await take.ExecuteScalarAsync(Cancellation);
        await transaction.RollbackAsync(Cancellation);
    }

    private async Task<string> SnapshotAsync()
    {
        await using var command = _database.DataSource.CreateCommand("SELECT pg_current_snapshot()::text");
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
