using KhsCrm.V1;

namespace KhsCrm.Storage.Tables;

/// <summary>The enums of the contract as the schema spells them.</summary>
internal static class EnumText
{
    public static string Of(JobStatus status) => status switch
    {
        V1.JobStatus.NotStarted => "NOT_STARTED",
        V1.JobStatus.InProgress => "IN_PROGRESS",
        V1.JobStatus.WaitingOnMaterials => "WAITING_ON_MATERIALS",
        V1.JobStatus.Completed => "COMPLETED",
        V1.JobStatus.OnHold => "ON_HOLD",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a status."),
    };

    public static JobStatus JobStatus(string text) => text switch
    {
        "NOT_STARTED" => V1.JobStatus.NotStarted,
        "IN_PROGRESS" => V1.JobStatus.InProgress,
        "WAITING_ON_MATERIALS" => V1.JobStatus.WaitingOnMaterials,
        "COMPLETED" => V1.JobStatus.Completed,
        "ON_HOLD" => V1.JobStatus.OnHold,
        _ => V1.JobStatus.Unspecified,
    };

    public static string Of(Role role) => role switch
    {
        V1.Role.Owner => "OWNER",
        V1.Role.Worker => "WORKER",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "Not a role."),
    };

    public static Role Role(string text) => text switch
    {
        "OWNER" => V1.Role.Owner,
        "WORKER" => V1.Role.Worker,
        _ => V1.Role.Unspecified,
    };
}
