using System.Text;
using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using NpgsqlTypes;
using Xunit;

namespace KhsCrm.Storage.Tests.Deltas.Kinds;

/// <summary>A cursor says its format. The one before is read, what is damaged is not.</summary>
public sealed class CursorFormatTests
{
    private static readonly Guid User = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly DateTime Time = new(2026, 11, 22, 1, 2, 3, DateTimeKind.Utc);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cursor_of_the_format_with_one_snapshot_is_read_as_all_its_kinds_at_this_snapshot(bool isInsideWindow)
    {
        var cursor = Cursor.Parse(Format2(isInsideWindow))!;

        var kinds = KindSet.Of(EntityType.User, EntityType.Customer);
        Assert.Equal(new CursorScope(User, Role.Worker), cursor.Scope);
        Assert.Equal((kinds, 0), (cursor.Held.Current, cursor.Held.Behind.Count));
        Assert.Equal("5:90:7,89", $"{cursor.StartOf(EntityType.Customer)}");
        Assert.Null(cursor.StartOf(EntityType.Job));
        Assert.Equal((new DatabaseIdentity("system", 3), new NpgsqlLogSequenceNumber(77), Time), (cursor.Database, cursor.Position, cursor.TakenAt));
        Assert.Equal(isInsideWindow ? kinds : default, cursor.Reading);
        Assert.Equal(isInsideWindow, cursor.IsInsideWindow);
        Assert.Equal((12, 345), (cursor.Sent, cursor.Total));
        Assert.Equal(cursor.ToBytes(), Cursor.Parse(cursor.ToBytes())!.ToBytes());
    }

    [Fact]
    public void Damage_is_seen_wherever_it_is()
    {
        var bytes = Cursor.Parse(Format2(isInsideWindow: true))!.ToBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 4;
            Assert.Null(Cursor.Parse(bytes));
            bytes[i] ^= 4;
        }

        Assert.NotNull(Cursor.Parse(bytes));
    }

    [Fact]
    public void A_typical_cursor_is_small_and_a_kind_that_is_behind_adds_a_few_bytes()
    {
        var snapshot = new Snapshot(1_000_000, 1_000_040, [1_000_003, 1_000_020]);
        var cursor = new Cursor(
            new CursorScope(User, Role.Owner), HeldKinds.Only(KindSet.Default), new DatabaseIdentity("7371113050723648193.5.16384", 1), new(1), Time, snapshot);
        var behind = cursor with { Held = cursor.Held.Advance(KindSet.Of(EntityType.User), snapshot, Time) };

        Assert.InRange(cursor.ToBytes().Length, 1, 100);
        Assert.InRange(behind.ToBytes().Length - cursor.ToBytes().Length, 1, 30);
    }

    // As version 0.8 wrote it, field by field.
    private static byte[] Format2(bool isInsideWindow)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write((byte)2);
        writer.Write(User.ToByteArray());
        writer.Write((byte)Role.Worker);
        writer.Write7BitEncodedInt(0b110);
        writer.Write("system");
        writer.Write7BitEncodedInt(3);
        writer.Write(77UL);
        writer.Write(Time.Ticks);
        WriteSnapshot(5, 90, 7, 89);
        if (isInsideWindow)
        {
            WriteSnapshot(100, 100);
            writer.Write(Time.Ticks);
            writer.Write(User.ToByteArray());
            writer.Write7BitEncodedInt(2);
        }
        else
        {
            writer.Write(false);
        }

        writer.Write7BitEncodedInt64(12);
        writer.Write7BitEncodedInt64(345);
        return buffer.ToArray();

        void WriteSnapshot(ulong xmin, ulong xmax, params ulong[] inProgress)
        {
            writer.Write(true);
            writer.Write(xmin);
            writer.Write(xmax);
            writer.Write7BitEncodedInt(inProgress.Length);
            foreach (var xid in inProgress)
                writer.Write(xid);
        }
    }
}
