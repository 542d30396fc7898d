using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Live;

/// <summary>Reads, for all streams of a server at once, what was committed since a position (DESIGN §6).</summary>
public sealed class LiveReader(
    [FromKeyedServices(DataSources.Warm)] NpgsqlDataSource dataSource, IOptions<LiveWindowOptions> options)
{
    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    private static readonly DeltaScope Nobody = new(Guid.Empty, Role.Unspecified, null, []);

    /// <summary>The position of now, proved durable.</summary>
    public Task<LivePosition> ReadPositionAsync(CancellationToken cancellationToken) =>
        dataSource.UseAsync(connection => ReadPositionAsync(connection, cancellationToken), cancellationToken);

    private static async Task<LivePosition> ReadPositionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(Begin));
        batch.BatchCommands.Add(WindowHeader.Command(Nobody));
        batch.BatchCommands.Add(Proof.Command());
        batch.BatchCommands.Add(new("COMMIT"));
        using var commit = new CommitWatch(connection);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var position = ToPosition(WindowHeader.Read(reader));
        await Proof.ReadToEndAsync(reader, cancellationToken);
        commit.ThrowIfUnconfirmed();
        return position;
    }

    /// <summary>Asks as cheaply as can be whether anything was committed since a position.</summary>
    /// <returns>The position confirmed, when nothing was; null when there may be a window to read.</returns>
    public async Task<LivePosition?> ConfirmAsync(LivePosition position, CancellationToken cancellationToken)
    {
        // An equal snapshot says nothing on another timeline, which may have given the same ids to other transactions.
        await using var command = dataSource.CreateCommand(
            $"""
            SELECT pg_current_snapshot()::text, clock_timestamp(), database_identity(), coalesce(current_timeline(), 0), ({LiveQuery.Checkpoint})
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (position.Database != new DatabaseIdentity(reader.GetString(2), reader.GetInt32(3)))
            return null;
        var now = new Look(reader.GetString(0), reader.GetFieldValue<NpgsqlLogSequenceNumber>(4));
        return now == position.Looked || now.Snapshot == position.Snapshot.ToString()
            ? position.At(reader.GetDateTime(1), position.Looked)
            : null;
    }

    /// <summary>Reads the window since a position, in one round trip and one transaction.</summary>
    /// <param name="from">The position.</param>
    /// <param name="kinds">The kinds that any stream wants.</param>
    /// <param name="devices">The devices whose outbox may have moved.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public Task<LiveWindow> ReadAsync(LivePosition from, KindSet kinds, Guid[] devices, CancellationToken cancellationToken) =>
        dataSource.UseAsync(connection => ReadAsync(connection, from, kinds, devices, cancellationToken), cancellationToken);

    private async Task<LiveWindow> ReadAsync(
        NpgsqlConnection connection, LivePosition from, KindSet kinds, Guid[] devices, CancellationToken cancellationToken)
    {
        var query = new LiveQuery(from.Snapshot, options.Value.WindowRows + 1);
        EntityTable[] tables = [.. EntityTables.All.Where(table => kinds.Contains(table.Kind.Type))];
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(Begin));
        batch.BatchCommands.Add(WindowHeader.Command(Nobody));
        batch.BatchCommands.Add(new(LiveQuery.Checkpoint));
        batch.BatchCommands.Add(LiveQuery.Devices(devices));
        batch.BatchCommands.Add(query.Tombstones());
        foreach (var table in tables)
            batch.BatchCommands.Add(query.Rows(table));
        batch.BatchCommands.Add(query.Proof(tables, isWanted: devices.Length > 0));
        batch.BatchCommands.Add(new("COMMIT"));
        using var commit = new CommitWatch(connection);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var to = ToPosition(WindowHeader.Read(reader));
        var look = await ReadLookAsync(reader, to, cancellationToken);
        using var builder = new LiveWindowBuilder(options.Value);
        Exception? fault = null;
        try
        {
            await ReadDevicesAsync(reader, builder, cancellationToken);
            await ReadTombstonesAsync(reader, builder, cancellationToken);
            foreach (var table in tables)
                await ReadRowsAsync(reader, builder, table, cancellationToken);
        }
        catch (Exception exception) when (exception is not (NpgsqlException or OperationCanceledException or IOException or TimeoutException))
        {
            // A row that cannot be encoded must not block streams outside its scope.
            fault = exception;
        }

        await Proof.ReadToEndAsync(reader, cancellationToken);
        commit.ThrowIfUnconfirmed();
        if (fault is not null || builder.IsFull)
            return LiveWindow.NotRead(from, to, fault);
        return builder.IsEmpty && devices.Length == 0 && from.IsOfSameHistory(to)
            ? LiveWindow.Nothing(from, from.At(to.TakenAt, look), kinds)
            : builder.Build(from, to, kinds);
    }

    private static async Task<Look> ReadLookAsync(NpgsqlDataReader reader, LivePosition to, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Look(to.Snapshot.ToString(), reader.GetFieldValue<NpgsqlLogSequenceNumber>(0));
    }

    private static LivePosition ToPosition(WindowHeader header) =>
        new(header.Snapshot, header.Database, header.Position, header.Now);

    private static async Task ReadDevicesAsync(
        NpgsqlDataReader reader, LiveWindowBuilder builder, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            builder.Devices.Add(reader.GetGuid(0), reader.GetInt64(1));
    }

    private static async Task ReadTombstonesAsync(
        NpgsqlDataReader reader, LiveWindowBuilder builder, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        while (!builder.IsFull && await reader.ReadAsync(cancellationToken))
        {
            builder.AddTombstone(
                reader.GetDateTime(0),
                reader.GetGuid(1),
                reader.GetString(2),
                reader.GetGuid(3),
                reader.IsDBNull(4) ? null : reader.GetGuid(4),
                reader.IsDBNull(5) ? null : reader.GetGuid(5));
        }
    }

    private static async Task ReadRowsAsync(
        NpgsqlDataReader reader, LiveWindowBuilder builder, EntityTable table, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        while (!builder.IsFull && await reader.ReadAsync(cancellationToken))
            builder.Add(table, reader);
    }
}
