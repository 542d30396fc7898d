using KhsCrm.V1;

namespace KhsCrm.Storage.Sessions;

/// <summary>A session as its owner gets it.</summary>
/// <param name="User">Whose session.</param>
/// <param name="FamilyId">The sign-in that all tokens of the session descend from.</param>
/// <param name="RefreshToken">The token in clear; only its SHA-256 is stored.</param>
/// <param name="ExpiresAt">When it stops working.</param>
public sealed record IssuedSession(User User, Guid FamilyId, string RefreshToken, DateTime ExpiresAt);
