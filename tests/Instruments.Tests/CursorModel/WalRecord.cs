namespace KhsCrm.Instruments.Tests.CursorModel;

internal enum WalKind
{
    Change,
    Prepare,
    Commit,
    Abort,
}

/// <summary>One record of the WAL. Its place is its index.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Xid">Whose it is.</param>
/// <param name="Row">The row that a change writes; 0 for a lock or a message.</param>
internal readonly record struct WalRecord(WalKind Kind, int Xid, int Row = 0);
