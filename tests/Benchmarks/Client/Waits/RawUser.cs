using KhsCrm.SyncClient.Store;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>
/// The floor: the same statements by connections of their own, with nothing around them. SQLite itself decides who waits for
/// whom.
/// </summary>
internal sealed class RawUser : IUser
{
    private static readonly string[] Lists =
    [
        "SELECT coalesce(local, server) FROM customer WHERE hidden = 0 AND is_archived = 0 ORDER BY name, id LIMIT 101",
        "SELECT coalesce(local, server) FROM job WHERE hidden = 0 ORDER BY updated_at DESC, id DESC LIMIT 101",
        "SELECT coalesce(local, server) FROM material WHERE hidden = 0 AND is_deleted = 0 AND job_id = ?1 ORDER BY purchased, created_at",
    ];

    private readonly StoreConnection _getter;
    private readonly StoreConnection _lister;
    private readonly StoreConnection _writer;
    private long _operations;

    public RawUser(StoreFolder folder)
    {
        StoreConnection Open() => new($"Data Source={folder.DatabaseFile};Pooling=False", TimeSpan.FromSeconds(30));
        (_getter, _lister, _writer) = (Open(), Open(), Open());
        _writer.Execute("PRAGMA synchronous = FULL");
    }

    public Task GetAsync(string customerId) => Task.Run(() => Read(
        _getter.Prepare("SELECT coalesce(local, server) FROM customer WHERE id = ?1 AND hidden = 0").Bind(1, RowId.Parse(customerId))));

    public Task ListAsync(int turn, string jobId) => Task.Run(() =>
    {
        var statement = _lister.Prepare(Lists[turn % Lists.Length]);
        Read(turn % Lists.Length == 2 ? statement.Bind(1, RowId.Parse(jobId)) : statement);
    });

    public Task EditAsync(string customerId, string notes) => Task.Run(() =>
    {
        var operation = new RowId(Guid.NewGuid());
        _writer.Prepare("BEGIN IMMEDIATE").Execute();
        _writer.Prepare("UPDATE customer SET local = server WHERE id = ?1").Bind(1, RowId.Parse(customerId)).Execute();
        _writer.Prepare("""
            INSERT INTO outbox (operation_id, state, entity_type, entity_id, operation, user_id, queued_at)
            VALUES (?1, 1, 2, ?2, ?3, 'user', ?4)
            """)
            .Bind(1, operation).Bind(2, RowId.Parse(customerId)).Bind(3, System.Text.Encoding.UTF8.GetBytes(notes))
            .Bind(4, ++_operations).Execute();
        _writer.Prepare("COMMIT").Execute();
    });

    public void Dispose()
    {
        _getter.Dispose();
        _lister.Dispose();
        _writer.Dispose();
    }

    private static void Read(Statement statement)
    {
        while (statement.Step())
            _ = statement.Bytes(0);
    }
}
