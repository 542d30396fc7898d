using KhsCrm.Storage.Tables;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>The device whose outbox is taken, locked: two streams of one device take turns.</summary>
/// <param name="LastClientSeq">Its last operation with a result.</param>
/// <param name="Role">The role of its user, as the database knows it now.</param>
/// <param name="Refusal">Why it may not push; null when it may.</param>
internal sealed record LockedDevice(long LastClientSeq, Role Role, ErrorReason? Refusal)
{
    // Below the 0 that an operation of no device has for a number.
    private const long NoOutbox = -1;

    /// <summary>What a device, or a user, is that the database does not have.</summary>
    public static LockedDevice Unknown(Actor actor) => actor.DeviceId is null
        ? new(NoOutbox, Role.Unspecified, ErrorReason.NotPermitted)
        : new(0, Role.Unspecified, ErrorReason.DeviceNotYours);

    /// <summary>Locks the devices of a group in the order of their ids, and reads the users of typed RPCs.</summary>
    public static void AddTo(ReadBatch reads, IReadOnlyList<SubmissionPlan> plans)
    {
        var devices = plans.Where(plan => plan.Actor.DeviceId is not null).ToDictionary(plan => plan.Actor.DeviceId!.Value);
        if (devices.Count > 0)
            AddDevices(reads, devices);
        var rpcs = plans.Where(plan => plan.Actor.DeviceId is null).ToLookup(plan => plan.Actor.UserId);
        if (rpcs.Count > 0)
            AddUsers(reads, rpcs);
    }

    /// <summary>Whether the numbers ascend without gaps, among themselves and after the last one known.</summary>
    public bool Follows(IReadOnlyList<PlannedOperation> operations)
    {
        if (LastClientSeq == NoOutbox)
            return true;
        for (var i = 0; i < operations.Count; i++)
        {
            var seq = operations[i].Operation.ClientSeq;
            if (seq < 1 || seq != operations[0].Operation.ClientSeq + i)
                return false;
        }

        return operations.Count == 0 || operations[0].Operation.ClientSeq <= LastClientSeq + 1;
    }

    private static void AddDevices(ReadBatch reads, Dictionary<Guid, SubmissionPlan> plans) => reads.Add(
        """
        SELECT d.id, d.last_client_seq, u.role, d.user_id = u.id, u.is_active, d.revoked_at IS NOT NULL
        FROM unnest($1, $2) AS r(device_id, user_id)
        JOIN devices d ON d.id = r.device_id JOIN users u ON u.id = r.user_id
        ORDER BY d.id FOR NO KEY UPDATE OF d
        """,
        reader =>
        {
            if (!reader.GetBoolean(3))
                return;
            plans[reader.GetGuid(0)].Device = new LockedDevice(
                reader.GetInt64(1),
                EnumText.Role(reader.GetString(2)),
                reader.GetBoolean(5) ? ErrorReason.DeviceRevoked : reader.GetBoolean(4) ? null : ErrorReason.NotPermitted);
        },
        ReadBatch.Ids(plans.Keys),
        ReadBatch.Ids(plans.Values.Select(plan => plan.Actor.UserId)));

    // A typed RPC has no outbox: its one operation follows nothing, and is known by its id alone.
    private static void AddUsers(ReadBatch reads, ILookup<Guid, SubmissionPlan> plans) => reads.Add(
        "SELECT id, role FROM users WHERE id = ANY($1) AND is_active",
        reader =>
        {
            foreach (var plan in plans[reader.GetGuid(0)])
                plan.Device = new LockedDevice(NoOutbox, EnumText.Role(reader.GetString(1)), null);
        },
        ReadBatch.Ids(plans.Select(group => group.Key)));
}
