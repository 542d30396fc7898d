using Google.Protobuf;
using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using NpgsqlTypes;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>Cursors that are of no use are told so, with the reason.</summary>
public sealed class CursorTests
{
    [Fact]
    public void A_cursor_reads_back_as_it_was_written_and_no_part_of_it_does()
    {
        var cursor = new Cursor(
            new CursorScope(Guid.NewGuid(), Role.Worker),
            new HeldKinds(new KindSet(0b1110), [new(new KindSet(1UL << 63), new Snapshot(2, 9, [4]), DateTime.UnixEpoch)]),
            new DatabaseIdentity("7371113050723648193.5.16384", 3),
            new NpgsqlLogSequenceNumber(0x1_0000_0028),
            new DateTime(2026, 11, 22, 1, 2, 3, DateTimeKind.Utc).AddTicks(4567890),
            new Snapshot(5, 90, [7, 8, 89]),
            new Snapshot(100, 100, []),
            new RowKey(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Guid.NewGuid(), 4),
            new KindSet(0b110),
            new KindSet(0b10),
            12,
            345);
        var bytes = cursor.ToBytes();
        Assert.Equal(bytes, Cursor.Parse(bytes)!.ToBytes());
        for (var length = 0; length < bytes.Length; length++)
            Assert.Null(Cursor.Parse(bytes.AsMemory(0, length)));
    }

    [Theory]
    [InlineData(9, 5, new ulong[0])]
    [InlineData(0, 5, new ulong[0])]
    [InlineData(5, 9, new ulong[] { 4 })]
    [InlineData(5, 9, new ulong[] { 9 })]
    [InlineData(5, 9, new ulong[] { 7, 6 })]
    public void A_snapshot_that_is_none_makes_no_cursor(ulong xmin, ulong xmax, ulong[] inProgress)
    {
        var cursor = new Cursor(
            new CursorScope(Guid.NewGuid(), Role.Owner), HeldKinds.Only(KindSet.Default), new DatabaseIdentity("1", 1), default, default, new Snapshot(xmin, xmax, inProgress));

        Assert.Null(Cursor.Parse(cursor.ToBytes()));
    }

    [Fact]
    public void Random_bytes_are_no_cursor_and_no_crash()
    {
        var random = new Random(7);
        var bytes = new byte[200];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)(2 + (i % 2));
            Cursor.Parse(bytes.AsMemory(0, random.Next(bytes.Length)));
        }
    }

    [Fact]
    public async Task Another_users_cursor_and_garbage_are_refused()
    {
        await using var database = await CreateAsync();
        var owner = database.Device();
        await owner.SyncAsync();
        var worker = database.Device(database.Worker);
        worker.Cursor = owner.Cursor;
        await worker.ReadAsync();
        Assert.Equal(ResyncReason.CursorInvalid, worker.LastResync);
        worker.Cursor = ByteString.CopyFromUtf8("nonsense");
        await worker.ReadAsync();
        Assert.Equal(ResyncReason.CursorInvalid, worker.LastResync);
    }

    [Fact]
    public async Task A_new_role_and_an_old_cursor_are_told_apart()
    {
        await using var database = await CreateAsync();
        var device = database.Device(database.Worker);
        await device.SyncAsync();
        await database.RunAsync($"UPDATE users SET role = 'OWNER' WHERE id = '{database.Worker}'");
        await device.ReadAsync();
        Assert.Equal(ResyncReason.RoleChanged, device.LastResync);

        var owner = database.Device();
        await owner.SyncAsync();
        var cursor = Cursor.Parse(owner.Cursor.Memory)!;
        owner.Cursor = ByteString.CopyFrom((cursor with { TakenAt = cursor.TakenAt.AddDays(-31) }).ToBytes());
        await owner.ReadAsync();
        Assert.Equal(ResyncReason.CursorTooOld, owner.LastResync);
        owner.Cursor = ByteString.CopyFrom((cursor with { Database = new DatabaseIdentity("1", 1) }).ToBytes());
        await owner.ReadAsync();
        Assert.Equal(ResyncReason.DatabaseRestored, owner.LastResync);
    }

    [Fact]
    public async Task A_checkpoint_reports_the_devices_last_operation_in_it()
    {
        await using var database = await CreateAsync();
        var actor = await database.RegisterAsync();
        var scope = new DeltaScope(actor.UserId, Role.Owner, actor.DeviceId, []);
        await database.RunAsync($"UPDATE devices SET last_client_seq = 7 WHERE id = '{actor.DeviceId}'");

        var result = await database.Reader().ReadAsync(scope, default, Cancellation);

        Assert.True(result.Delta!.Checkpoint);
        Assert.Equal(7, result.Delta.LastClientSeq);
    }
}
