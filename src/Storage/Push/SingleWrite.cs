using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>What a typed RPC asks: one operation of no device.</summary>
/// <param name="Operation">The operation. Its id is the RPC's <c>request_id</c>: applied once, answered alike for ever.</param>
/// <param name="SeenVersion">The row's version that the caller saw; a row of another version is left alone. Null for any.</param>
/// <param name="PasswordHash">For a new user, what they sign in with: no field of any message holds it.</param>
public sealed record SingleWrite(Operation Operation, Timestamp? SeenVersion = null, string? PasswordHash = null);
