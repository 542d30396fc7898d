using System.Diagnostics.CodeAnalysis;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Database;

/// <summary>Runs SQL with positional parameters.</summary>
public class Sql(Func<string, NpgsqlCommand> createCommand)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<int> ExecuteAsync(string sql, params object?[] values)
    {
        await using var command = Create(sql, values);
        return await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The one value of the one row; null for NULL and for no row.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] values)
    {
        await using var command = Create(sql, values);
        return await command.ExecuteScalarAsync(Cancellation) is T value ? value : default;
    }

    public Task<string?> TextAsync(string sql, params object?[] values) => ScalarAsync<string>(sql, values);

    public Task<Guid> IdAsync(string sql, params object?[] values) => ScalarAsync<Guid>(sql, values);

    public async Task<long> CountAsync(string table, string condition = "true", params object?[] values) =>
        await ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE {condition}", values);

    /// <summary>The first column of all rows.</summary>
    public async Task<List<T>> ListAsync<T>(string sql, params object?[] values)
    {
        await using var command = Create(sql, values);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        List<T> list = [];
        while (await reader.ReadAsync(Cancellation))
            list.Add(await reader.GetFieldValueAsync<T>(0, Cancellation));
        return list;
    }

    /// <summary>Asserts that PostgreSQL refuses a statement with a code, and for a check or key also by its name.</summary>
    public async Task RefusesAsync(string sqlState, string? constraint, string sql, params object?[] values)
    {
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql, values));
        Assert.Equal(sqlState, refusal.SqlState);
        if (constraint is not null)
            Assert.Equal(constraint, refusal.ConstraintName);
    }

    [SuppressMessage("Security", "CA2100", Justification = "The tests' own statements.")]
    private NpgsqlCommand Create(string sql, object?[] values)
    {
        var command = createCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value ?? DBNull.Value);
        return command;
    }
}
