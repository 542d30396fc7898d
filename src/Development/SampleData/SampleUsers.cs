using KhsCrm.Development.SampleData.Words;
using Npgsql;

namespace KhsCrm.Development.SampleData;

/// <summary>Who the sample data belongs to: the owner that is there, and the five sample workers.</summary>
internal sealed record SampleUsers(Guid Owner, Guid[] Workers)
{
    private const string WorkerPassword = "worker-demo-1";

    public Guid WorkerOrOwner(int? worker) => worker is { } place ? Workers[place] : Owner;

    /// <summary>Makes the workers that are missing. One who signs in by the same address already is taken instead.</summary>
    public static async Task<SampleUsers> EnsureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var emails = PersonWords.Workers.Select((_, place) => $"worker{place + 1}@khscrm.com").ToArray();
        var owner = await FindOwnerAsync(connection, cancellationToken);
        var found = await FindAsync(connection, emails, cancellationToken);
        if (found.Count < emails.Length)
        {
            await InsertMissingAsync(connection, owner, emails, cancellationToken);
            found = await FindAsync(connection, emails, cancellationToken);
        }

        return new SampleUsers(owner, [.. emails.Select(email => found[email])]);
    }

    private static async Task<Guid> FindOwnerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT id FROM users WHERE role = 'OWNER'
            ORDER BY lower(email) = 'owner@khscrm.com' DESC, created_at, id LIMIT 1
            """,
            connection);
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?
            ?? throw new InvalidOperationException("Sample data needs an owner, and this database has none.");
    }

    private static async Task<Dictionary<string, Guid>> FindAsync(
        NpgsqlConnection connection, string[] emails, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT lower(email), id FROM users WHERE lower(email) = ANY ($1)", connection);
        command.Parameters.AddWithValue(emails);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new Dictionary<string, Guid>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(0), reader.GetGuid(1));
        return found;
    }

    private static async Task InsertMissingAsync(
        NpgsqlConnection connection, Guid owner, string[] emails, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO users (id, email, password_hash, name, role, updated_by_id)
            SELECT n.id, n.email, $3, n.name, 'WORKER', $5
            FROM unnest($1::uuid[], $2::text[], $4::text[]) AS n (id, email, name)
            ON CONFLICT DO NOTHING
            """,
            connection);
        var ids = emails.Select((_, place) => SampleId.Of(SampleKind.Worker, place)).ToArray();
        command.Parameters.AddWithValue(ids);
        command.Parameters.AddWithValue(emails);
        // One hash for all: a bcrypt hash takes long on purpose.
        command.Parameters.AddWithValue(BCrypt.Net.BCrypt.HashPassword(WorkerPassword));
        command.Parameters.AddWithValue(PersonWords.Workers);
        command.Parameters.AddWithValue(owner);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
