using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Live;

/// <summary>Reads, for all streams of a server at once, what was committed since a position (DESIGN §6).</summary>
public sealed class LiveReader(
    [FromKeyedServices(DataSources.Warm)] NpgsqlDataSource dataSource, IOptions<LiveWindowOptions> options)
{
    private static readonly DeltaScope Nobody = new(Guid.Empty, Role.Unspecified, null, []);

    /// <summary>The position of now.</summary>
    public async Task<LivePosition> ReadPositionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(WindowHeader.Command(Nobody));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return ToPosition(WindowHeader.Read(reader));
    }

    /// <summary>Asks as cheaply as can be whether anything was committed since a position.</summary>
    /// <returns>The position confirmed, when nothing was; null when there may be a window to read.</returns>
    public async Task<LivePosition?> ConfirmAsync(LivePosition position, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT pg_current_snapshot()::text, clock_timestamp()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetString(0) == position.Snapshot.ToString() ? position.At(reader.GetDateTime(1)) : null;
    }

    /// <summary>Reads the window since a position, in one round trip and one transaction.</summary>
    /// <param name="from">The position.</param>
    /// <param name="kinds">The kinds that any stream wants.</param>
    /// <param name="devices">The devices whose outbox may have moved.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<LiveWindow> ReadAsync(
        LivePosition from, LiveKinds kinds, Guid[] devices, CancellationToken cancellationToken)
    {
        var query = new LiveQuery(from.Snapshot, options.Value.WindowRows + 1);
        EntityTable[] tables = [.. EntityTables.All.Where(table => kinds.Includes(table.Kind.Type))];
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        batch.BatchCommands.Add(WindowHeader.Command(Nobody));
        batch.BatchCommands.Add(LiveQuery.Devices(devices));
        batch.BatchCommands.Add(query.Tombstones());
        foreach (var table in tables)
            batch.BatchCommands.Add(query.Rows(table));
        batch.BatchCommands.Add(new("COMMIT"));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var to = ToPosition(WindowHeader.Read(reader));
        var builder = new LiveWindowBuilder(options.Value);
        try
        {
            await ReadDevicesAsync(reader, builder, cancellationToken);
            await ReadTombstonesAsync(reader, builder, cancellationToken);
            foreach (var table in tables)
                await ReadRowsAsync(reader, builder, table, cancellationToken);
        }
        catch (Exception exception) when (exception is not (NpgsqlException or OperationCanceledException or IOException or TimeoutException))
        {
            // A row that the contract cannot hold: it must not keep the other rows from those who are not to get it.
            return LiveWindow.NotRead(from, to, exception);
        }

        return builder.IsFull ? LiveWindow.NotRead(from, to) : builder.Build(from, to, kinds.Types);
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
        {
            var key = new RowKey(reader.GetDateTime(0), reader.GetGuid(1), (int)table.Kind.Type);
            builder.Add(key, table.Kind, table.Read(reader, firstOrdinal: 1));
        }
    }
}
