namespace KhsCrm.SyncClient.Store;

/// <summary>Where this device stands: one row of the store.</summary>
/// <param name="DeviceId">The id that the installation chose for itself.</param>
/// <param name="OwnerId">Whose rows the store holds; null before the first sign-in.</param>
/// <param name="ServerAddress">The server of the last sign-in.</param>
/// <param name="NextClientSeq">The number that the next operation put on the wire gets; 1 or more.</param>
/// <param name="CheckpointClientSeq">The last operation whose effect the server's rows here include; 0 for none.</param>
/// <param name="Cursor">Up to where the server's changes are stored; null for nothing.</param>
/// <param name="Generation">What rows are stamped with; a resync begins a new one.</param>
/// <param name="IsResyncing">Whether rows of earlier generations wait to be removed at the next checkpoint.</param>
/// <param name="LastCheckpointAt">When the last checkpoint was stored; null for never.</param>
/// <param name="IsRevoked">Whether the server has shut the device out: nothing here can be read any more.</param>
/// <param name="WipeDigest">The SHA-256 of the proof by which the server may have the store destroyed; null for none.</param>
internal sealed record DeviceState(
    string DeviceId,
    string? OwnerId,
    string? ServerAddress,
    long NextClientSeq,
    long CheckpointClientSeq,
    byte[]? Cursor,
    long Generation,
    bool IsResyncing,
    DateTimeOffset? LastCheckpointAt,
    bool IsRevoked = false,
    byte[]? WipeDigest = null)
{
    /// <summary>A device that has nothing yet.</summary>
    public static DeviceState New(Guid deviceId) =>
        new(deviceId.ToString("D"), null, null, 1, 0, null, 1, false, null);

    public static DeviceState Read(StoreConnection connection) =>
        TryRead(connection) ?? throw new InvalidOperationException("The store has no device.");

    public static DeviceState? TryRead(StoreConnection connection)
    {
        var row = connection.Prepare("""
            SELECT device_id, owner_id, server_address, next_client_seq, checkpoint_client_seq, cursor, generation,
              is_resyncing, last_checkpoint_at, is_revoked, wipe_digest
            FROM device
            """);
        if (!row.Step())
            return null;
        var state = new DeviceState(
            row.Text(0)!, row.Text(1), row.Text(2), row.Int64(3), row.Int64(4), row.Bytes(5), row.Int64(6), row.Flag(7),
            row.IsNull(8) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(8)), row.Flag(9), row.Bytes(10));
        row.Reset();
        return state;
    }

    public void Write(StoreConnection connection) =>
        connection.Prepare("""
            INSERT OR REPLACE INTO device (one, device_id, owner_id, server_address, next_client_seq,
              checkpoint_client_seq, cursor, generation, is_resyncing, last_checkpoint_at, is_revoked, wipe_digest)
            VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """)
            .Bind(1, DeviceId).Bind(2, OwnerId).Bind(3, ServerAddress).Bind(4, NextClientSeq)
            .Bind(5, CheckpointClientSeq).Bind(6, Cursor).Bind(7, Generation).Bind(8, IsResyncing)
            .Bind(9, LastCheckpointAt?.ToUnixTimeMilliseconds()).Bind(10, IsRevoked).Bind(11, WipeDigest)
            .Execute();
}
