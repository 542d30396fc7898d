using KhsCrm.Development.SampleData;
using KhsCrm.Storage.Queries;
using Npgsql;

namespace KhsCrm.Benchmarks.Plans;

/// <summary>How the query patterns run on the sample data that is there: EXPLAIN (ANALYZE, BUFFERS), warm.</summary>
internal static class PlansBenchmark
{
    // The sample's five workers share all jobs; this one has as many as a worker has.
    private static readonly Guid Worker = new("00000000-0000-7000-8000-0000000000ff");

    private static readonly Guid Job = SampleId.Of(SampleKind.Job, 7);

    private static readonly (string Name, Action<NpgsqlCommand> Write)[] Queries =
    [
        ("customer search, two words", command => CustomerSearch.Write(command, null, "kowalski maple", false, null, 20)),
        ("customer search, a word of 1 customer in 40",
            command => CustomerSearch.Write(command, null, "maple", false, null, 20)),
        ("customer search, phone", command => CustomerSearch.Write(command, null, "217-555-01", false, null, 20)),
        ("customer search, two words, by a worker",
            command => CustomerSearch.Write(command, Worker, "maple street", false, null, 20)),
        ("dashboard, first page", command => ActiveJobList.Write(command, [], null, null, 100)),
        ("worker's view", command => AssignedJobList.Write(command, Worker, [], null, 100)),
        ("checklist", command => Checklist.Write(command, Job, false, false, null, 100)),
    ];

    public static async Task RunAsync(BenchDatabase database, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(
            """
            INSERT INTO users (id, email, password_hash, name, role) VALUES ($1, 'plans@khscrm.internal', '!', 'P', 'WORKER');
            """, connection))
        {
            command.Parameters.AddWithValue(Worker);
            await command.ExecuteNonQueryAsync(cancellationToken);
            command.CommandText =
                "INSERT INTO job_assignments (job_id, user_id) SELECT id, $1 FROM jobs TABLESAMPLE bernoulli (0.1) LIMIT 60";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var (name, write) in Queries)
        {
            await ReadAsync(connection, write, cancellationToken);
            Console.WriteLine($"\n### {name}\n");
            foreach (var line in await ReadAsync(connection, write, cancellationToken))
                Console.WriteLine(line);
        }
    }

    private static async Task<List<string>> ReadAsync(
        NpgsqlConnection connection, Action<NpgsqlCommand> write, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        write(command);
        command.CommandText = $"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {command.CommandText}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> lines = [];
        while (await reader.ReadAsync(cancellationToken))
            lines.Add(reader.GetString(0));
        return lines;
    }
}
