using KhsCrm.Storage.Schema;
using KhsCrm.TestKit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Database;

/// <summary>A test with a migrated database of its own, spoken to in SQL and through EF.</summary>
public abstract class DatabaseTest : IAsyncLifetime
{
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected NpgsqlDataSource DataSource => _dataSource!;

    protected string ConnectionString => _database!.ConnectionString;

    /// <summary>Statements outside of any transaction, as a program that is not ours would send them.</summary>
    protected Sql Sql { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        Sql = new Sql(sql => DataSource.CreateCommand(sql));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_dataSource is not null)
            await _dataSource.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    protected virtual Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateAsync(Cancellation);

    /// <summary>A session of its own, for transactions.</summary>
    protected async Task<Session> OpenAsync() => new(await DataSource.OpenConnectionAsync(Cancellation));

    protected KhsCrmDbContext CreateContext() =>
        new(new DbContextOptionsBuilder<KhsCrmDbContext>().UseNpgsql(DataSource).Options);
}
