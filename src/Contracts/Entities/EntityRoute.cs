namespace KhsCrm.Contracts.Entities;

/// <summary>Who may see the rows of a kind, and by which of their fields that is decided.</summary>
/// <param name="Audience">Who.</param>
/// <param name="Field">The field, and the column, with the id of the job or the customer; empty for other audiences.</param>
public sealed record EntityRoute(Audience Audience, string Field = "")
{
    /// <summary>Whether the rows belong to another one, a job, and go with it.</summary>
    public bool IsOfJob => Audience == Audience.Job && Field != "id";
}
