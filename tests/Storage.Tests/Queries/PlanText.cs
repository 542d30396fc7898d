using Npgsql;

namespace KhsCrm.Storage.Tests.Queries;

/// <summary>How PostgreSQL means to run a command.</summary>
internal static class PlanText
{
    public static async Task<string> ExplainAsync(
        this NpgsqlDataSource dataSource, Action<NpgsqlCommand> write, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        write(command);
        command.CommandText = $"EXPLAIN {command.CommandText}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> lines = [];
        while (await reader.ReadAsync(cancellationToken))
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}
