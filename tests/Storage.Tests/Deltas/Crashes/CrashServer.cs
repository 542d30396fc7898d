using Google.Protobuf;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Schema;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>
/// A server on which nothing but a commit flushes WAL, so that a crash gives out again every transaction id that was not
/// flushed: what happens now and then on a real server happens here each time.
/// </summary>
public sealed class CrashServer : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        // No disk is cut off here: what was written is there after the crash, what was not is gone.
        ["fsync"] = "off",
        // A page of the WAL that is full is written at once, and its ids are not given out again: images of pages fill it.
        ["full_page_writes"] = "off",
        ["wal_writer_delay"] = "10s",
        ["wal_writer_flush_after"] = "1GB",
        ["checkpoint_timeout"] = "1d",
        ["max_wal_size"] = "10GB",
        ["autovacuum"] = "off",
        ["max_prepared_transactions"] = "10",
        ["bgwriter_delay"] = "10s",
        ["restart_after_crash"] = "on",
    };

    private RestartableServer _server = null!;

    internal NpgsqlDataSource DataSource { get; private set; } = null!;

    internal Guid Worker { get; } = Guid.CreateVersion7();

    internal Guid Customer { get; } = Guid.CreateVersion7();

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        _server = await RestartableServer.StartAsync(Settings, Cancellation);
        await SchemaMigrator.MigrateAsync(_server.ConnectionString, Cancellation);
        DataSource = NpgsqlDataSource.Create(_server.ConnectionString);
        await RunAsync(
            $"""
            INSERT INTO users (id, email, name, role) VALUES ('{Worker}', 'w@example.com', 'Worker', 'WORKER');
            INSERT INTO customers (id, name, address) VALUES ('{Customer}', 'first', 'a')
            """);
        await RunAsync("CHECKPOINT");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _server.DisposeAsync();
    }

    internal DeltaReader Reader(int pageSize = 1_000) => new(DataSource, Options.Create(new DeltaOptions { PageSize = pageSize }));

    internal DeltaDevice Device(bool isWorker = false, int pageSize = 1_000) =>
        new(Reader(pageSize), new DeltaScope(isWorker ? Worker : Owner, isWorker ? Role.Worker : Role.Owner, null, []));

    /// <summary>
    /// A device that cuts its cursor from a snapshot without a proof, which is what this service must not do: the twin that
    /// shows that a scene would lose the row.
    /// </summary>
    internal async Task<DeltaDevice> NaiveAsync(DeltaDevice device, bool isWorker = false)
    {
        var naive = Device(isWorker);
        foreach (var (key, row) in device.Rows)
            naive.Rows.Add(key, row);
        var snapshot = Snapshot.Parse(await ScalarAsync<string>("SELECT pg_current_snapshot()::text"));
        naive.Cursor = ByteString.CopyFrom((Cursor.Parse(device.Cursor.Memory)! with { Base = snapshot }).ToBytes());
        return naive;
    }

    /// <summary>Crashes the server. False: an id that had been given out was flushed by then, so that none is given out again.</summary>
    internal async Task<bool> CrashAsync(CrashKind kind)
    {
        const string NextId = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
        var before = await ScalarAsync<long>(NextId);
        if (kind == CrashKind.KilledBackend)
        {
            await _server.KillBackendAsync(Cancellation);
        }
        else
        {
            await _server.StopAsync(immediate: true, Cancellation);
            await _server.StartAgainAsync(Cancellation);
        }

        DataSource.Clear();
        // The WAL writer flushes once when it starts. A scene that it overtakes would lose nothing.
        while (!await ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'walwriter' AND wait_event = 'WalWriterMain')"))
            await Task.Delay(5, Cancellation);
        return await ScalarAsync<long>(NextId) < before;
    }

    internal async Task RunAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    internal async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    internal async Task<List<string>> CustomersAsync()
    {
        await using var command = DataSource.CreateCommand("SELECT id::text FROM customers ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        List<string> ids = [];
        while (await reader.ReadAsync(Cancellation))
            ids.Add(reader.GetString(0));
        return ids;
    }
}
