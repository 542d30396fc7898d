using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>A row that changed in the local store.</summary>
/// <param name="EntityType">The kind of row.</param>
/// <param name="Id">Its id, a lower-case UUID.</param>
/// <param name="Kind">Whether it can still be read.</param>
/// <param name="Source">Who changed it.</param>
public sealed record RowChange(EntityType EntityType, string Id, RowChangeKind Kind, ChangeSource Source);

/// <summary>What happened to a row.</summary>
public enum RowChangeKind
{
    /// <summary>It was made or it changed: read it again.</summary>
    Saved,

    /// <summary>It is gone for everybody.</summary>
    Deleted,

    /// <summary>It still exists but is no longer in the user's scope.</summary>
    Withdrawn,
}

/// <summary>Who changed a row.</summary>
public enum ChangeSource
{
    /// <summary>An edit on this device.</summary>
    Device,

    /// <summary>The server: another device's edit, or the settled form of this device's own.</summary>
    Server,
}
