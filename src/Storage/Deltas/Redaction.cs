using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>What a worker may not read of a row they may see: of colleagues the name, and nothing more (DESIGN §8).</summary>
internal static class Redaction
{
    public static void Apply(Entity entity, DeltaScope scope)
    {
        if (entity.User is { } user)
            Apply(user, scope.UserId, scope.Role);
    }

    public static void Apply(User user, Guid readerId, Role readerRole)
    {
        if (readerRole == Role.Owner || user.Id == readerId.ToString())
            return;
        user.Email = "";
        user.LastLoginAt = null;
    }
}
