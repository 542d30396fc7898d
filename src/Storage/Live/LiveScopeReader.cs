using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Live;

/// <summary>
/// Reads what a stream that goes live is to get. It is read before the checkpoint that the stream will stand at: a scope of
/// a later moment would let through rows of windows in which they were not the user's yet. Whatever changes the scope after
/// this is in a window that the stream's feed sees, and sends the stream back to read anew.
/// </summary>
public sealed class LiveScopeReader(NpgsqlDataSource dataSource)
{
    /// <summary>Reads the scope of a stream.</summary>
    public async Task<LiveScope> ReadAsync(DeltaScope scope, CancellationToken cancellationToken)
    {
        var cursorScope = scope.ToCursorScope();
        if (scope.Role == Role.Owner)
            return new LiveScope(cursorScope, [], []);
        await using var command = dataSource.CreateCommand(
            "SELECT a.job_id, j.customer_id FROM job_assignments a JOIN jobs j ON j.id = a.job_id WHERE a.user_id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = scope.UserId });
        HashSet<Guid> customers = [];
        List<Guid> jobs = [];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(reader.GetGuid(0));
            customers.Add(reader.GetGuid(1));
        }

        return new LiveScope(cursorScope, [.. jobs], [.. customers]);
    }
}
