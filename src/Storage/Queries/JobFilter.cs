using KhsCrm.V1;

namespace KhsCrm.Storage.Queries;

/// <summary>Which jobs to list. A job must pass every part that is set.</summary>
/// <param name="Customer">Only jobs of this customer.</param>
/// <param name="Statuses">Only jobs with one of these; none for all.</param>
/// <param name="AssignedUser">Only jobs that this user is assigned to.</param>
/// <param name="CreatedBy">Only jobs that this user made.</param>
/// <param name="From">Only jobs that have not ended before this day.</param>
/// <param name="To">Only jobs that start on this day or before.</param>
public sealed record JobFilter(
    Guid? Customer, IReadOnlyCollection<JobStatus> Statuses, Guid? AssignedUser, Guid? CreatedBy, DateOnly? From, DateOnly? To);
