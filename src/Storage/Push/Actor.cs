using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>Who pushes.</summary>
/// <param name="UserId">The signed-in user.</param>
/// <param name="Role">The role of their access token; the database has the last word.</param>
/// <param name="DeviceId">The device whose outbox the operations are from; null for a typed RPC, which has no outbox.</param>
public sealed record Actor(Guid UserId, Role Role, Guid? DeviceId);
