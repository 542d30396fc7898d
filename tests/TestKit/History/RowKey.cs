using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>Names a row.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Id">Its id.</param>
public readonly record struct RowKey(EntityType Type, string Id)
{
    /// <inheritdoc />
    public override string ToString() => $"{Type} {Id}";
}
