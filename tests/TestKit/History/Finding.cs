namespace KhsCrm.TestKit.History;

/// <summary>What kind of promise a history breaks.</summary>
public enum FindingKind
{
    /// <summary>An acknowledged change is not in effect.</summary>
    Lost,

    /// <summary>An operation took effect more than once.</summary>
    Doubled,

    /// <summary>A checkpoint that was read after an acknowledgement does not show the change.</summary>
    StaleRead,

    /// <summary>A checkpoint shows a state that the database never had.</summary>
    TornCheckpoint,

    /// <summary>A device was sent, or keeps, what its user may not see.</summary>
    Leak,

    /// <summary>A version or a number went back without a resync.</summary>
    WentBack,

    /// <summary>At the end the device does not hold what the policy gives its user.</summary>
    Unequal,
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Device">The device that shows it; empty for the database alone.</param>
/// <param name="Text">What is wrong.</param>
public sealed record Finding(FindingKind Kind, string Device, string Text)
{
    /// <inheritdoc />
    public override string ToString() => Device.Length == 0 ? $"{Kind}: {Text}" : $"{Kind} ({Device}): {Text}";
}
