using KhsCrm.TestKit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>What another program does before a device reads and PostgreSQL crashes.</summary>
internal static class Writers
{
    public const string PageEnd = "at the end of a WAL page";

    private const string Insert = "INSERT INTO customers (name, address) VALUES ('written', 'a')";

    /// <summary>Each by its name, and whether it leaves ids behind that a crash gives out again.</summary>
    public static readonly IReadOnlyDictionary<string, (bool IsCareless, Func<CrashServer, Task<IAsyncDisposable?>> RunAsync)> All =
        new Dictionary<string, (bool, Func<CrashServer, Task<IAsyncDisposable?>>)>
        {
            ["durable"] = (false, server => OnceAsync(server, Insert)),
            ["careless commit"] = (true, server => OnceAsync(server, $"BEGIN; SET LOCAL synchronous_commit = off; {Insert}; COMMIT")),
            ["rolled back"] = (true, server => OnceAsync(server, $"BEGIN; {Insert}; ROLLBACK")),
            ["savepoint that aborts"] = (true, server => OnceAsync(
                server, $"BEGIN; SET LOCAL synchronous_commit = off; SAVEPOINT s; {Insert}; ROLLBACK TO s; COMMIT")),
            ["two-phase, rolled back"] = (false, server => OnceAsync(
                server, $"BEGIN; {Insert}; PREPARE TRANSACTION 'gone'", "ROLLBACK PREPARED 'gone'")),
            ["two-phase, committed"] = (false, server => OnceAsync(
                server, $"BEGIN; {Insert}; PREPARE TRANSACTION 'there'", "COMMIT PREPARED 'there'")),
            ["lock only"] = (true, server => OnceAsync(server, "BEGIN; SELECT FROM customers FOR UPDATE; ROLLBACK")),
            ["id only"] = (true, server => OnceAsync(server, "SELECT pg_current_xact_id()")),
            ["notice only"] = (true, server => OnceAsync(server, "SELECT pg_notify('somebody', '')")),
            ["FATAL exit"] = (true, EndedAsync),
            ["bulk load left idle"] = (false, LoadingAsync),
            [PageEnd] = (true, PageBoundary.EndThereAsync),
        };

    private static async Task<IAsyncDisposable?> OnceAsync(CrashServer server, params string[] statements)
    {
        foreach (var statement in statements)
            await server.RunAsync(statement);
        return null;
    }

    private static async Task<IAsyncDisposable?> EndedAsync(CrashServer server)
    {
        await using var transaction = await HeldTransaction.BeginAsync(server.DataSource, Insert, Cancellation);
        var writer = await server.ScalarAsync<int>("SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE 'INSERT%'");
        await server.RunAsync($"SELECT pg_terminate_backend({writer}, 60000)");
        return null;
    }

    private static async Task<IAsyncDisposable?> LoadingAsync(CrashServer server) => await HeldTransaction.BeginAsync(
        server.DataSource, "INSERT INTO customers (name, address) SELECT 'loaded ' || i, 'a' FROM generate_series(1, 2000) i", Cancellation);
}
