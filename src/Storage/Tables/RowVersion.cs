using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tables;

/// <summary>The version of a row: the time of its last change, which ascends with every one.</summary>
internal static class RowVersion
{
    /// <summary>The version of a row; null when it has none.</summary>
    public static Timestamp? Of(Entity row) => row.RowCase switch
    {
        Entity.RowOneofCase.User => row.User.UpdatedAt,
        Entity.RowOneofCase.Customer => row.Customer.UpdatedAt,
        Entity.RowOneofCase.Job => row.Job.UpdatedAt,
        Entity.RowOneofCase.JobAssignment => row.JobAssignment.AssignedAt,
        Entity.RowOneofCase.Material => row.Material.UpdatedAt,
        _ => null,
    };
}
