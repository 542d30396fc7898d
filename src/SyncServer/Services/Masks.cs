using Google.Protobuf.WellKnownTypes;
using KhsCrm.SyncServer.Errors;

namespace KhsCrm.SyncServer.Services;

/// <summary>The update masks of typed RPCs.</summary>
internal static class Masks
{
    /// <exception cref="RpcFault">The mask is empty, or names a field that this RPC does not set.</exception>
    public static FieldMask Require(FieldMask? mask, params IReadOnlyCollection<string> allowed)
    {
        if (mask is not { Paths.Count: > 0 })
            throw RpcFault.Field("update_mask", "must name at least one field");
        if (mask.Paths.FirstOrDefault(path => !allowed.Contains(path)) is { } unknown)
            throw RpcFault.Field("update_mask", $"'{unknown}' is none of {string.Join(", ", allowed)}");
        return mask;
    }
}
