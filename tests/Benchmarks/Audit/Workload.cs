namespace KhsCrm.Benchmarks.Audit;

/// <summary>A statement to time. <c>{0}</c> is the number of rows, <c>{1}</c> the run,
/// <c>{2}</c> the id of a row of <paramref name="Table"/>.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Sql">The statement.</param>
/// <param name="IsSingle">True to run it once for each row instead of once for all.</param>
/// <param name="Table">Whose ids a single statement takes one after the other.</param>
internal sealed record Workload(string Name, string Sql, bool IsSingle, string? Table = null)
{
    private const string Owner = "'00000000-0000-7000-8000-000000000002'";

    private const string InsertMaterials =
        $$"""
        INSERT INTO materials (job_id, item_name, quantity, added_by_id, updated_by_id)
        SELECT (SELECT id FROM jobs ORDER BY id LIMIT 1), 'Stud ' || i, 1 + i % 50, {{Owner}}, {{Owner}}
        FROM generate_series(1, {0}) i
        """;

    public static readonly Workload[] All =
    [
        new("insert materials, one statement", InsertMaterials, IsSingle: false),
        new("update 1 column of materials, one statement",
            $"UPDATE materials SET quantity = quantity + 1, updated_by_id = {Owner} "
            + "WHERE id IN (SELECT id FROM materials ORDER BY id LIMIT {0})", IsSingle: false),
        new("update 4 columns of materials, one statement",
            "UPDATE materials SET item_name = 'Stud {1}', quantity = quantity + 1, unit = 'u{1}', notes = 'n {1}', "
            + $"updated_by_id = {Owner} WHERE id IN (SELECT id FROM materials ORDER BY id LIMIT {{0}})", IsSingle: false),
        new("update 1 column of jobs, one statement",
            $"UPDATE jobs SET notes = 'n {{1}}', updated_by_id = {Owner}", IsSingle: false),
        new("insert one material", InsertMaterials.Replace("{0}", "1", StringComparison.Ordinal), IsSingle: true),
        new("update one material",
            $"UPDATE materials SET notes = 'n {{1}}', updated_by_id = {Owner} "
            + "WHERE id = '{2}'", IsSingle: true, Table: "materials"),
        new("update the status of one job",
            "UPDATE jobs SET status = CASE status WHEN 'IN_PROGRESS' THEN 'ON_HOLD' ELSE 'IN_PROGRESS' END, "
            + $"updated_by_id = {Owner} WHERE id = '{{2}}'", IsSingle: true, Table: "jobs WHERE status <> 'COMPLETED'"),
    ];
}
