namespace KhsCrm.Storage.Devices;

/// <summary>A user has as many devices as a user may have, and this one is not among them.</summary>
/// <param name="maximum">The limit.</param>
public sealed class DeviceLimitException(int maximum) : Exception($"a user may have {maximum} devices")
{
    /// <summary>The limit.</summary>
    public int Maximum => maximum;
}
