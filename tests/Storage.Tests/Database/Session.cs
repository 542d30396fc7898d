using System.Diagnostics.CodeAnalysis;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Database;

/// <summary>A connection of a test's own, to hold a transaction open while another goes on.</summary>
[SuppressMessage("Security", "CA2100", Justification = "The tests' own statements.")]
public sealed class Session(NpgsqlConnection connection)
    : Sql(sql => new NpgsqlCommand(sql, connection)), IAsyncDisposable
{
    public int ProcessId => connection.ProcessID;

    /// <summary>Completes when this session waits for a lock that another session holds.</summary>
    public async Task WaitUntilBlockedAsync(Sql observer)
    {
        while (await observer.ScalarAsync<int>(
            "SELECT coalesce(cardinality(pg_blocking_pids($1)), 0)", ProcessId) == 0)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
