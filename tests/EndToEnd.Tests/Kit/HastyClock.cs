namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>A device's clock that is a quarter of an hour ahead: no access token looks good, so each connection begins with a renewal.</summary>
internal sealed class HastyClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromMinutes(15);
}
