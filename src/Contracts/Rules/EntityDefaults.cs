using KhsCrm.V1;

namespace KhsCrm.Contracts.Rules;

/// <summary>What a new row gets where its maker said nothing; the defaults of the schema.</summary>
public static class EntityDefaults
{
    /// <summary>Fills the unset fields of a new row.</summary>
    public static void Apply(Entity entity)
    {
        if (entity.Job is { Status: JobStatus.Unspecified } job)
            job.Status = JobStatus.NotStarted;
        if (entity.Material is { } material)
        {
            if (material.Quantity.Length == 0)
                material.Quantity = "1";
            if (material.Unit.Length == 0)
                material.Unit = "each";
        }
    }
}
