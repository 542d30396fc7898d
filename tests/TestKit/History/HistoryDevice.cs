namespace KhsCrm.TestKit.History;

/// <summary>A device of a history. Two devices of one user are two.</summary>
/// <param name="Name">Its name in a verdict.</param>
/// <param name="UserId">Its user, as ids are written on the wire.</param>
/// <param name="IsOwner">Whether the user is an owner.</param>
public sealed record HistoryDevice(string Name, string UserId, bool IsOwner);
