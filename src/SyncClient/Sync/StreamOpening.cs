using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sync;

/// <summary>What the store does when a stream opens: say where it stands, and agree on the numbers.</summary>
internal static class StreamOpening
{
    private const int ProtocolVersion = 1;

    // Always named: only this side knows what it can store.
    private static readonly EntityType[] DefaultTypes =
        [.. RowTables.All.Select(table => table.Type).Where(type => type != EntityType.ActivityLog)];

    // As many as a server takes; the others are asked for once these are settled.
    private const int MaxDeferredOperations = 10_000;

    /// <summary>The first message of a stream.</summary>
    public static Hello Hello(StoreConnection connection, string appVersion, ICollection<EntityType> entityTypes)
    {
        var device = DeviceState.Read(connection);
        var hello = new Hello
        {
            DeviceId = device.DeviceId,
            AppVersion = appVersion,
            ProtocolVersion = ProtocolVersion,
            WantsWipeProof = device.WipeDigest is null,
            Cursor = Google.Protobuf.ByteString.CopyFrom(device.Cursor ?? []),
            NextClientSeq = OutboxTable.WithoutResult(connection, 0, 1) is [{ ClientSeq: { } first }]
                ? first
                : device.NextClientSeq,
        };
        hello.EntityTypes.AddRange(entityTypes.Count > 0 ? entityTypes : DefaultTypes);
        hello.Features.Add(Feature.KindsAnew);
        hello.DeferredOperationIds.AddRange(
            OutboxTable.List(connection, OutboxState.Deferred, 0, MaxDeferredOperations).Select(entry => entry.Operation.Id));
        return hello;
    }

    /// <summary>
    /// Takes over what the server knows of this device's operations. After a restore the server may know less than the
    /// device: what it forgot is sent again, under numbers that follow its last one.
    /// </summary>
    /// <param name="transaction">The transaction to write in.</param>
    /// <param name="lastClientSeq">The last number that the server has a result for.</param>
    /// <returns>False when the server knows numbers that this store never gave: the store is a copy of an older state.</returns>
    public static bool AgreeOnNumbers(WriteTransaction transaction, long lastClientSeq)
    {
        var connection = transaction.Connection;
        var device = DeviceState.Read(connection);
        if (lastClientSeq >= device.NextClientSeq)
            return false;
        // On a new stream the first checkpoint is later than any result of an earlier one.
        connection.Prepare("UPDATE outbox SET settled_version = NULL WHERE settled_version IS NOT NULL").Execute();
        OutboxTable.ForgetResultsAfter(connection, lastClientSeq);
        var next = device.NextClientSeq;
        if (OutboxTable.CountWithoutResult(connection, lastClientSeq) != next - 1 - lastClientSeq)
            next = OutboxTable.Renumber(connection, lastClientSeq);
        (device with
        {
            NextClientSeq = next,
            CheckpointClientSeq = Math.Min(device.CheckpointClientSeq, lastClientSeq),
        }).Write(connection);
        return true;
    }

    /// <summary>
    /// Becomes another device: the numbers of this one were used by somebody else. Operations keep their ids, so the
    /// server knows those that it has.
    /// </summary>
    public static void BecomeNewDevice(WriteTransaction transaction, Guid deviceId)
    {
        var next = OutboxTable.NumberFromOne(transaction.Connection);
        (DeviceState.Read(transaction.Connection) with
        {
            DeviceId = deviceId.ToString("D"),
            WipeDigest = null,
            NextClientSeq = next,
            CheckpointClientSeq = 0,
        }).Write(transaction.Connection);
        transaction.OutboxChanged();
    }

    /// <summary>Forgets the cursor and begins a new generation: the old rows stay until the first checkpoint.</summary>
    public static void BeginResync(WriteTransaction transaction)
    {
        var device = DeviceState.Read(transaction.Connection);
        SetAsideTable.Clear(transaction.Connection);
        foreach (var table in RowTables.All)
            KindsAnewTable.Begin(transaction.Connection, table.Type, device.Generation + 1);
        (device with
        {
            Cursor = null,
            Generation = device.Generation + 1,
            IsResyncing = true,
            CheckpointClientSeq = 0,
        }).Write(transaction.Connection);
    }

    /// <summary>Stores where an idle stream stands.</summary>
    public static void StoreCursor(WriteTransaction transaction, byte[] cursor) =>
        (DeviceState.Read(transaction.Connection) with { Cursor = cursor }).Write(transaction.Connection);
}
