using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>A cursor stays small however many transactions run, and loses nothing for it.</summary>
public sealed class SnapshotBoundTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(1_001)]
    [InlineData(10_000)]
    public void A_bounded_snapshot_shows_nothing_that_the_whole_one_does_not(int running)
    {
        var whole = new Snapshot(100, 100 + (3 * (ulong)running) + 50, [.. Enumerable.Range(0, running).Select(i => 100 + (3 * (ulong)i))]);

        var bounded = whole.Bounded();

        Assert.True(bounded.IsWellFormed);
        Assert.True(whole.Includes(bounded));
        Assert.True(bounded.InProgress.Length <= Snapshot.MaxInProgress);
        for (ulong xid = 1; xid < whole.Xmax + 10; xid++)
            Assert.False(IsVisible(bounded, xid) && !IsVisible(whole, xid));
        // It is no more cautious than it must be.
        Assert.Equal(running <= Snapshot.MaxInProgress, whole == bounded || bounded.Includes(whole));
    }

    [Fact]
    public void A_cursor_of_ten_thousand_running_transactions_is_small()
    {
        var whole = new Snapshot(100, 20_100, [.. Enumerable.Range(0, 10_000).Select(i => 100 + (2 * (ulong)i))]);
        var cursor = new Cursor(
            new CursorScope(Guid.NewGuid(), Role.Owner), HeldKinds.Only(KindSet.Default), new DatabaseIdentity("1.2.3", 1), default, DateTime.UnixEpoch, whole);

        // One that a device sends, from before the bound or made up, is cut as well.
        var read = Cursor.Parse(cursor.ToBytes());

        Assert.Equal(Snapshot.MaxInProgress, read!.Base!.InProgress.Length);
        Assert.True(read.ToBytes().Length < 10_000);
    }

    private static bool IsVisible(Snapshot snapshot, ulong xid) =>
        xid < snapshot.Xmax && Array.BinarySearch(snapshot.InProgress, xid) < 0;
}
