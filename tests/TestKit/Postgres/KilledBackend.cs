using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace KhsCrm.TestKit;

/// <summary>Kills a single backend of a server on this machine with SIGKILL.</summary>
[SuppressMessage("Security", "CA2100", Justification = "The tests' own statements.")]
public static class KilledBackend
{
    /// <summary>Kills a backend of its own, and waits until PostgreSQL has ended all others and answers again.</summary>
    /// <param name="connectionString">The server.</param>
    /// <param name="lastWrite">What another connection writes at the last moment before; empty for nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task RunAsync(string connectionString, string lastWrite, CancellationToken cancellationToken)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        await using (var victim = new NpgsqlConnection(text))
        await using (var witness = new NpgsqlConnection(text))
        {
            await victim.OpenAsync(cancellationToken);
            await witness.OpenAsync(cancellationToken);
            if (lastWrite.Length > 0)
            {
                await using var write = new NpgsqlCommand(lastWrite, witness);
                await write.ExecuteNonQueryAsync(cancellationToken);
            }

            using var kill = Process.Start("kill", ["-s", "KILL", $"{victim.ProcessID}"]);
            await kill.WaitForExitAsync(cancellationToken);
            while (await AnswersAsync(witness, cancellationToken))
                await Task.Delay(2, cancellationToken);
        }

        while (true)
        {
            await using var next = new NpgsqlConnection(text);
            try
            {
                await next.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException)
            {
                await Task.Delay(10, cancellationToken); // It recovers.
            }
        }
    }

    private static async Task<bool> AnswersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
