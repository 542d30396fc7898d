namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>What a device keeps.</summary>
internal sealed record ModelCursor(ModelSnapshot Base, int Timeline, int Place)
{
    public static ModelCursor Start { get; } = new(ModelSnapshot.Empty, 1, 0);
}
