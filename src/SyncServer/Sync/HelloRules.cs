using System.Security.Cryptography;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Devices;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>What a Hello must be.</summary>
internal static class HelloRules
{
    /// <summary>The version of the protocol that this server speaks. What a device may use beyond it, features say.</summary>
    public const int ProtocolVersion = 1;

    private const int MaxDeferredOperations = 10_000;
    private const int WipeProofBytes = 32;

    /// <exception cref="RpcFault">It is not; the fault names the fields.</exception>
    public static void Check(Hello hello)
    {
        List<FieldViolation> violations = [];
        if (!Uuid.Is(hello.DeviceId))
            violations.Add(new("hello.device_id", "must be a lower-case UUID"));
        if (hello.AppVersion.Length is < 1 or > 100 || hello.AppVersion.Contains('\0', StringComparison.Ordinal))
            violations.Add(new("hello.app_version", "must be 1 to 100 characters"));
        if (hello.NextClientSeq < 1)
            violations.Add(new("hello.next_client_seq", "must be at least 1"));
        violations.AddRange(CheckTypes("hello.entity_types", hello.EntityTypes));
        if (hello.DeferredOperationIds.Count > MaxDeferredOperations || !hello.DeferredOperationIds.All(Uuid.Is))
            violations.Add(new("hello.deferred_operation_ids", $"must be at most {MaxDeferredOperations} lower-case UUIDs"));
        if (violations.Count > 0)
            throw new RpcFault(violations);
    }

    /// <summary>The device that a Hello registers or greets.</summary>
    public static DeviceHello DeviceOf(Hello hello, Guid userId, Guid sessionId) => new(
        Guid.Parse(hello.DeviceId), userId, sessionId, hello.AppVersion,
        hello.WantsWipeProof ? RandomNumberGenerator.GetBytes(WipeProofBytes) : null);

    /// <summary>Checks a list of kinds of entities. Those that a newer app knows, and this server does not, are passed over.</summary>
    public static IEnumerable<FieldViolation> CheckTypes(string field, IEnumerable<EntityType> types) => types
        .Where(type => type == EntityType.Unspecified)
        .Select(type => new FieldViolation(field, $"{type:D} is not an EntityType", ErrorReason.EnumValueUnknown));
}
