using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>What a worker may not read of a row they may see: of colleagues the name, and nothing more (DESIGN §8).</summary>
internal static class Redaction
{
    public static void Apply(Entity entity, DeltaScope scope)
    {
        if (scope.Role == Role.Owner || entity.User is not { } user || user.Id == scope.UserId.ToString())
            return;
        user.Email = "";
        user.LastLoginAt = null;
    }
}
