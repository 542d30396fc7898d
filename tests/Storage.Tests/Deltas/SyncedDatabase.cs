using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Push.GroupCommit;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>A database of a test's own, with an owner, two workers and short ways to write to it past the service.</summary>
internal sealed class SyncedDatabase : IAsyncDisposable
{
    public static readonly Guid Owner = Guid.Parse("00000000-0000-7000-8000-000000000002");
    private readonly TestDatabase _database;

    private SyncedDatabase(TestDatabase database)
    {
        _database = database;
        DataSource = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public string ConnectionString => _database.ConnectionString;

    public NpgsqlDataSource DataSource { get; }

    public Guid Worker { get; } = Guid.CreateVersion7();

    public Guid OtherWorker { get; } = Guid.CreateVersion7();

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<SyncedDatabase> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync(Cancellation);
        var synced = new SyncedDatabase(database);
        await synced.RunAsync(
            $"""
            INSERT INTO users (id, email, name, role) VALUES
                ('{synced.Worker}', 'w1@example.com', 'Worker One', 'WORKER'),
                ('{synced.OtherWorker}', 'w2@example.com', 'Worker Two', 'WORKER')
            """);
        return synced;
    }

    /// <summary>A copy of the database as it is, to which nobody else may be connected.</summary>
    public async Task<SyncedDatabase> CopyAsync()
    {
        DataSource.Clear();
        return new SyncedDatabase(await _database.CopyAsync(Cancellation));
    }

    /// <summary>A server's reader; with fewer kinds, that of a server of an older version.</summary>
    public DeltaReader Reader(int pageSize = 1_000, KindSet? kinds = null) =>
        new(DataSource, Options.Create(new DeltaOptions { PageSize = pageSize, Kinds = kinds ?? KindSet.Known }));

    /// <summary>A committer that defers nothing, or as the options say.</summary>
    public GroupCommitter Committer(DeferralOptions? deferral = null, GroupCommitOptions? options = null, NpgsqlDataSource? warm = null) => new(
        DataSource, warm ?? DataSource, TimeProvider.System, Options.Create(options ?? new() { LockTimeout = TimeSpan.FromMinutes(1) }), deferral is null ? null : Options.Create(deferral));

    /// <summary>Applies batches as one group; as many operations of a device may wait as the options say.</summary>
    internal async Task<IReadOnlyList<SubmissionResult>> ApplyAsync(DeferralOptions? deferral, params IEnumerable<(Actor Actor, Operation[] Operations)> batches)
    {
        var faults = new OperationFaults(NullLogger.Instance);
        var run = new GroupRun(DataSource, TimeProvider.System, deferral?.MaxWaitingPerDevice, lockTimeout: null, faults);
        return await run.RunAsync([.. batches.Select(batch => Submission.Of(batch.Actor, batch.Operations, faults))], locks: false);
    }

    public DeferredOperations Deferred(DeferralOptions deferral, TimeProvider? timeProvider = null) =>
        new(DataSource, timeProvider ?? TimeProvider.System, Options.Create(deferral));

    public DeltaDevice Device(Guid? user = null, int pageSize = 1_000, params EntityType[] types) =>
        new(Reader(pageSize), new DeltaScope(
            user ?? Owner, user is null || user == Owner ? Role.Owner : Role.Worker, null, types));

    /// <summary>A device of the owner whose deltas are read through connections of the test's own.</summary>
    public static DeltaDevice Device(NpgsqlDataSource dataSource) => new(
        new DeltaReader(dataSource, Options.Create(new DeltaOptions())), new DeltaScope(Owner, Role.Owner, null, []));

    public async Task<Actor> RegisterAsync(Guid? user = null)
    {
        var device = Guid.CreateVersion7();
        var greeting = await new DeviceRegistry(DataSource).GreetAsync(new DeviceHello(device, user ?? Owner, null, "test"), Cancellation);
        return new Actor(user ?? Owner, greeting!.Role, device);
    }

    public async Task RunAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    public async Task<HashSet<string>> IdsAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var ids = new HashSet<string>();
        while (await reader.ReadAsync(Cancellation))
            ids.Add(reader.GetGuid(0).ToString());
        return ids;
    }

    public async Task<Guid> AddCustomerAsync(string name = "Customer")
    {
        var id = Guid.CreateVersion7();
        await RunAsync($"INSERT INTO customers (id, name, address) VALUES ('{id}', '{name}', '1 Main St')");
        return id;
    }

    public async Task<Guid> AddJobAsync(Guid customer)
    {
        var id = Guid.CreateVersion7();
        await RunAsync(
            $"INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{id}', 'Job', '{customer}', '{Owner}')");
        return id;
    }

    public async Task<Guid> AddMaterialAsync(Guid job)
    {
        var id = Guid.CreateVersion7();
        await RunAsync($"INSERT INTO materials (id, job_id, item_name, added_by_id) VALUES ('{id}', '{job}', 'Nails', '{Owner}')");
        return id;
    }

    public Task AssignAsync(Guid job, Guid user) =>
        RunAsync($"INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{user}')");

    public Task UnassignAsync(Guid job, Guid user) =>
        RunAsync($"DELETE FROM job_assignments WHERE job_id = '{job}' AND user_id = '{user}'");

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _database.DisposeAsync();
    }
}
