using KhsCrm.Contracts.Entities;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>
/// What a reader of single rows and lists may see (DESIGN §8), as a condition on a table under the alias <c>t</c>: what
/// their device would hold, and nothing else.
/// </summary>
internal static class ReadScope
{
    /// <summary>The user whose assignments bound what is seen; null for an owner, who sees everything.</summary>
    public static Guid? WorkerOf(Guid reader, Role role) => role == Role.Owner ? null : reader;

    // By the worker, whose jobs are few, not by the table.
    public static string Condition(EntityType type, NpgsqlCommand command, Guid? worker)
    {
        var (audience, field) = EntityKinds.Of(type)!.Route;
        if (worker is not { } user || audience == Audience.Everyone)
            return "true";
        var jobs = $"SELECT a.job_id FROM job_assignments a WHERE a.user_id = {command.Add(user)}";
        return audience switch
        {
            Audience.Customer => $"t.{field} IN (SELECT j.customer_id FROM jobs j WHERE j.id IN ({jobs}))",
            Audience.Job => $"t.{field} IN ({jobs})",
            _ => "false",
        };
    }
}
