using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>The numbers of the sources that a window is merged from.</summary>
internal static class TableRank
{
    /// <summary>Tombstones.</summary>
    public const int Tombstones = 0;

    /// <summary>The rows of a kind.</summary>
    public static int Of(EntityType type) => (int)type;

    /// <summary>Rows of a kind that left the user's scope.</summary>
    public static int Withdrawn(EntityType type) => -(int)type;
}
