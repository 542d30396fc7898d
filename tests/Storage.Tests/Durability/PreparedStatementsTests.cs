using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Durability;

/// <summary>What a batch that failed leaves behind on a connection that keeps prepared statements.</summary>
public sealed class PreparedStatementsTests : DatabaseTest
{
    private const string FailsAmidItsRows = "SELECT 1 / (3 - n) FROM generate_series(1, 5) n";

    [Theory]
    [InlineData(true)]
    // As Npgsql leaves it: when this fails, Npgsql is mended, and UseAsync can go.
    [InlineData(false)]
    public async Task A_statement_is_itself_after_an_error_before_it_in_its_batch(bool forgets)
    {
        await using var connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            MaxPoolSize = 1,
            MaxAutoPrepare = 2,
            AutoPrepareMinUsages = 1,
            NoResetOnClose = true,
        });
        Assert.Equal("first", await ReadAsync(connections, "SELECT 'first'"));
        Assert.Equal("third", await ReadAsync(connections, "SELECT 'third'"));
        if (forgets)
            await Assert.ThrowsAsync<PostgresException>(() => connections.UseAsync(FailAsync, Cancellation));
        else
        {
            await using var connection = await connections.OpenConnectionAsync(Cancellation);
            await Assert.ThrowsAsync<PostgresException>(() => FailAsync(connection));
        }

        Assert.Equal(forgets, await ReadAsync(connections, "SELECT 'second'") == "second");
    }

    private static async Task<bool> FailAsync(NpgsqlConnection connection)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(FailsAmidItsRows));
        batch.BatchCommands.Add(new("SELECT 'second'"));
        await using var reader = await batch.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
        }

        return false;
    }

    private static async Task<string> ReadAsync(NpgsqlDataSource connections, string sql)
    {
        try
        {
            await using var command = connections.CreateCommand(sql);
            return (string)(await command.ExecuteScalarAsync(Cancellation))!;
        }
        catch (Exception exception) when (exception is PostgresException || exception.Message.Contains("file a bug", StringComparison.Ordinal))
        {
            return exception.Message;
        }
    }
}
