using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>Who is assigned to a job, by name: a join to jobs under the alias <c>t</c>, and how to read it.</summary>
internal static class WorkerNames
{
    public const string Columns = "w.ids, w.names";

    public const string Join = """
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(u.id ORDER BY u.name, u.id), ARRAY[]::uuid[]) AS ids,
                coalesce(array_agg(u.name::text ORDER BY u.name, u.id), ARRAY[]::text[]) AS names
            FROM job_assignments a JOIN users u ON u.id = a.user_id WHERE a.job_id = t.id) w
        """;

    public static IEnumerable<AssignedWorker> Read(NpgsqlDataReader rows, int firstOrdinal)
    {
        var (ids, names) = (rows.GetFieldValue<Guid[]>(firstOrdinal), rows.GetFieldValue<string[]>(firstOrdinal + 1));
        return ids.Zip(names, (id, name) => new AssignedWorker { UserId = id.ToString(), Name = name });
    }
}
