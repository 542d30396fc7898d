using Npgsql;

namespace KhsCrm.TestKit;

/// <summary>A server that someone else runs, given by its connection string.</summary>
internal sealed class ConfiguredPostgres(string connectionString) : PostgresSource
{
    public const string Variable = "KHSCRM_TEST_POSTGRES";

    public override string Origin => Variable;

    public override string ConnectionString => connectionString;

    public static async Task<PostgresSource> StartAsync(CancellationToken cancellationToken)
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(given))
            throw new InvalidOperationException($"{Variable} is not set");
        await using var connection = new NpgsqlConnection(given);
        await connection.OpenAsync(cancellationToken);
        return new ConfiguredPostgres(given);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
