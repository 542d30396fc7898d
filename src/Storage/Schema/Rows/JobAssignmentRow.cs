namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>job_assignments</c>.</summary>
public sealed class JobAssignmentRow
{
    /// <summary>UUIDv7 by convention.</summary>
    public Guid Id { get; set; }

    /// <summary>Never changes.</summary>
    public Guid JobId { get; set; }

    /// <summary>Never changes.</summary>
    public Guid UserId { get; set; }

    /// <summary>When the user was assigned.</summary>
    public DateTime AssignedAt { get; set; }

    /// <summary>Who assigned the user.</summary>
    public Guid UpdatedById { get; set; }

    /// <summary>The transaction that wrote this version.</summary>
    public ulong ChangeXid { get; set; }
}
