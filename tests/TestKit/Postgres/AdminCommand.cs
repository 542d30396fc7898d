using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace KhsCrm.TestKit;

/// <summary>A statement about databases, run on the server's maintenance database.</summary>
internal static class AdminCommand
{
    public static Task RunAsync(PostgresServer server, string statement, CancellationToken cancellationToken) =>
        RunAsync(server.ConnectionString, statement, cancellationToken);

    [SuppressMessage("Security", "CA2100", Justification = "Database names are made here, never read.")]
    public static async Task RunAsync(string connectionString, string statement, CancellationToken cancellationToken)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
